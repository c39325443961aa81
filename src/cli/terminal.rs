//! What the command knows about where it prints: colours, width, whether anybody watches.

use std::io::IsTerminal;

use crate::diagnostic::render::Style;

/// `--color`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set or `TERM=dumb`.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Where the command prints.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Whether standard output takes colours.
    pub out_color: bool,
    /// Whether standard error takes colours.
    pub err_color: bool,
    /// Whether a person can be asked: standard input and standard error are terminals.
    pub interactive: bool,
}

impl Terminal {
    /// Looks at the environment and the standard streams.
    pub fn detect(choice: ColorChoice) -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let allowed = |terminal: bool| match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => !set("NO_COLOR") && (set("CLICOLOR_FORCE") || (terminal && !dumb)),
        };
        let (stdout, stderr) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        Self {
            out_color: allowed(stdout),
            err_color: allowed(stderr),
            interactive: std::io::stdin().is_terminal() && stderr && !set("CI"),
        }
    }

    /// Columns of the terminal; 100 where there is none, never below 40.
    pub fn width(&self) -> usize {
        let columns = rustix::termios::tcgetwinsize(std::io::stderr()).map_or(0, |size| size.ws_col);
        if columns == 0 { 100 } else { usize::from(columns).max(40) }
    }

    /// How diagnostics on standard output are drawn.
    pub fn style(&self) -> Style {
        Style { color: self.out_color, width: self.width().min(120) }
    }

    /// How diagnostics on standard error are drawn.
    pub fn error_style(&self) -> Style {
        Style { color: self.err_color, ..self.style() }
    }
}

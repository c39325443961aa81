//! What is known of programs and built-ins by name.

/// What a command does with its arguments, as far as values in them are concerned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Role {
    /// Options, then operands.
    Ordinary,
    /// All its flags are alone: what follows one is an operand (`rm -f x`).
    PlainFlags,
    /// Takes no options that matter: `echo`, `test`, `:`.
    NoOptions,
    /// The arguments are read again as shell text.
    Evaluates,
    /// The arguments are calculated.
    Calculates,
    /// `declare`, `local`, `export`: `name=value` words.
    Declares,
    /// The operands name variables.
    NamesVariables,
    /// `printf`: a format, then data.
    Printf,
    /// `test`, `[`.
    Test,
    /// `sh`, `bash`: the script after `-c`, or standard input.
    Shell,
    /// `su`: the script after `-c`.
    SwitchUser,
    /// `ssh`: all words after the host.
    Remote,
    /// The value of one of these options is a program.
    ProgramOption(&'static [&'static str]),
    /// The first operand is a program.
    ProgramOperand,
    /// `make`: `NAME=value` is expanded again, `$(shell …)` included.
    Make,
    /// `find`, with commands after `-exec`.
    Find,
    /// Runs the command in its arguments: after options, of which these take a value, and this many operands.
    Wrapper(&'static [&'static str], u32),
}

/// The role of a command, by the last component of its name.
pub(super) fn role(name: &[u8]) -> Role {
    let base = name.rsplit(|&byte| byte == b'/').next().unwrap_or(name);
    match base {
        b"eval" | b"trap" | b"alias" | b"compgen" | b"complete" | b"bind" | b"watch" | b"parallel" => Role::Evaluates,
        b"let" => Role::Calculates,
        b"declare" | b"typeset" | b"local" | b"export" | b"readonly" => Role::Declares,
        b"read" | b"unset" | b"getopts" | b"mapfile" | b"readarray" => Role::NamesVariables,
        b"printf" => Role::Printf,
        b"test" | b"[" => Role::Test,
        b"echo" | b":" | b"true" | b"false" | b"exit" | b"return" | b"shift" | b"set" | b"sleep" => Role::NoOptions,
        b"rm" | b"rmdir" | b"cat" | b"ls" | b"mv" | b"ln" | b"chmod" | b"chown" | b"cd" | b"rev" | b"wc" => {
            Role::PlainFlags
        }
        b"sh" | b"bash" | b"dash" | b"zsh" | b"ksh" | b"ash" | b"mksh" | b"yash" | b"fish" => Role::Shell,
        b"su" | b"runuser" | b"script" => Role::SwitchUser,
        b"ssh" | b"rsh" => Role::Remote,
        b"awk" | b"gawk" | b"mawk" | b"nawk" | b"sed" | b"jq" | b"yq" => Role::ProgramOperand,
        b"node" | b"deno" | b"bun" => Role::ProgramOption(&["-e", "-p", "--eval", "--print", "eval"]),
        b"perl" | b"ruby" | b"lua" => Role::ProgramOption(&["-e", "-E", "-ne", "-pe"]),
        b"php" => Role::ProgramOption(&["-r"]),
        b"psql" => Role::ProgramOption(&["-c", "--command"]),
        b"mysql" => Role::ProgramOption(&["-e", "--execute"]),
        b"make" | b"gmake" => Role::Make,
        b"find" => Role::Find,
        b"command" | b"builtin" | b"nohup" | b"setsid" | b"doas" | b"busybox" => Role::Wrapper(&[], 0),
        b"exec" => Role::Wrapper(&["-a"], 0),
        b"time" => Role::Wrapper(&["-f", "-o"], 0),
        b"nice" => Role::Wrapper(&["-n"], 0),
        b"ionice" => Role::Wrapper(&["-c", "-n"], 0),
        b"env" => Role::Wrapper(&["-u", "-C", "-S"], 0),
        b"sudo" => Role::Wrapper(&["-u", "-g", "-h", "-p", "-C", "-D", "-r", "-t", "-T", "-U"], 0),
        b"timeout" => Role::Wrapper(&["-s", "-k"], 1),
        b"stdbuf" => Role::Wrapper(&["-i", "-o", "-e"], 0),
        b"xargs" => Role::Wrapper(&["-a", "-d", "-E", "-I", "-L", "-n", "-P", "-s"], 0),
        b"flock" => Role::Wrapper(&["-w", "-E"], 1),
        b"chroot" => Role::Wrapper(&[], 1),
        _ if is_python(base) => Role::ProgramOption(&["-c"]),
        _ => Role::Ordinary,
    }
}

fn is_python(base: &[u8]) -> bool {
    let rest = base.strip_prefix(b"python").or_else(|| base.strip_prefix(b"pypy"));
    rest.is_some_and(|rest| rest.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.'))
}

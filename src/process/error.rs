//! Why a process could not be started.

use std::ffi::OsStr;
use std::fmt;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

use super::Spec;

/// Why a process could not be started.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SpawnError {
    /// There is no program to run: the list is empty.
    Empty,
    /// No such program.
    NotFound {
        /// As it was asked for.
        program: String,
        /// The folders of `PATH` that were searched; none when the program was given as a path.
        searched: Vec<PathBuf>,
    },
    /// The file is there and cannot be run.
    NotExecutable {
        /// The file.
        path: PathBuf,
        /// Why: `it is a folder`.
        reason: String,
    },
    /// The working directory is missing, or no directory.
    NoWorkingDirectory {
        /// The path.
        path: PathBuf,
        /// Why: `it does not exist`.
        reason: String,
    },
    /// Arguments and environment are larger than the system allows.
    TooLarge {
        /// All of them together, in bytes.
        total: usize,
        /// The largest: `variable NAME` or `argument 3`.
        largest: String,
        /// Its size in bytes.
        largest_bytes: usize,
    },
    /// A NUL character, which no program can be given.
    Nul {
        /// Where: `variable NAME` or `argument 3`.
        place: String,
    },
    /// Too many processes, open files or too little memory.
    Exhausted {
        /// What the system said.
        what: String,
    },
    /// Anything else.
    Other {
        /// What the system said.
        what: String,
    },
}

impl SpawnError {
    /// Explains an error of the system about a program at `path`.
    pub(super) fn explain(spec: &Spec, path: &Path, error: &Error) -> Self {
        if let Some(missing) = working_directory(spec) {
            return missing;
        }
        let not_executable = |reason: String| Self::NotExecutable { path: path.to_owned(), reason };
        match (error.kind(), error.raw_os_error()) {
            (ErrorKind::ArgumentListTooLong, _) => Self::too_large(spec),
            (ErrorKind::PermissionDenied, _) if path.is_dir() => not_executable("it is a folder".to_owned()),
            (ErrorKind::PermissionDenied, _) => not_executable("permission denied".to_owned()),
            (ErrorKind::NotFound, _) if path.exists() => not_executable(missing_interpreter(path)),
            (ErrorKind::NotFound, _) => {
                Self::NotFound { program: path.to_string_lossy().into_owned(), searched: Vec::new() }
            }
            (ErrorKind::ExecutableFileBusy, _) => not_executable("it is being written".to_owned()),
            (_, Some(code)) if code == rustix::io::Errno::NOEXEC.raw_os_error() => {
                not_executable("it is neither a program of this system nor a script that begins with `#!`".to_owned())
            }
            (ErrorKind::WouldBlock | ErrorKind::OutOfMemory | ErrorKind::QuotaExceeded, _) => {
                Self::Exhausted { what: error.to_string() }
            }
            (_, Some(code)) if is_file_limit(code) => Self::Exhausted { what: error.to_string() },
            _ => Self::Other { what: error.to_string() },
        }
    }

    fn too_large(spec: &Spec) -> Self {
        let inherited = std::env::vars_os().filter(|(name, _)| !spec.env.iter().any(|(set, _)| set == name));
        let variables = spec.env.iter().cloned().chain(inherited);
        let variables = variables.map(|(name, value)| (name.len() + value.len() + 2, describe(&name)));
        let arguments = spec.argv.iter().enumerate();
        let arguments = arguments.map(|(index, text)| (text.len() + 1, format!("argument {index}")));
        let all: Vec<(usize, String)> = variables.chain(arguments).collect();
        let total = all.iter().map(|(bytes, _)| bytes).sum();
        let (largest_bytes, largest) = all.into_iter().max().unwrap_or_default();
        Self::TooLarge { total, largest, largest_bytes }
    }

    /// Finds what holds a NUL character.
    pub(super) fn nul(spec: &Spec) -> Option<Self> {
        let has = |text: &OsStr| text.as_encoded_bytes().contains(&0);
        let argument = spec.argv.iter().position(|text| has(text)).map(|index| format!("argument {index}"));
        let variable = || spec.env.iter().find(|(name, value)| has(name) || has(value)).map(|(name, _)| describe(name));
        argument.or_else(variable).map(|place| Self::Nul { place })
    }
}

fn describe(variable: &OsStr) -> String {
    format!("variable {}", variable.to_string_lossy())
}

fn is_file_limit(code: i32) -> bool {
    [rustix::io::Errno::MFILE, rustix::io::Errno::NFILE].iter().any(|errno| errno.raw_os_error() == code)
}

fn working_directory(spec: &Spec) -> Option<SpawnError> {
    let path = spec.cwd.clone()?;
    let reason = match std::fs::metadata(&path) {
        Ok(found) if found.is_dir() => return None,
        Ok(_) => "it is not a folder".to_owned(),
        Err(error) if error.kind() == ErrorKind::NotFound => "it does not exist".to_owned(),
        Err(error) => error.to_string(),
    };
    Some(SpawnError::NoWorkingDirectory { path, reason })
}

/// A script that is there but whose `#!` names a program that is not.
fn missing_interpreter(path: &Path) -> String {
    let mut head = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| {
        use std::io::Read;
        file.take(256).read_to_end(&mut head)
    });
    let line = head.strip_prefix(b"#!").and_then(|rest| rest.split(|byte| *byte == b'\n').next());
    match (read, line) {
        (Ok(_), Some(line)) => {
            let line = String::from_utf8_lossy(line);
            format!("the interpreter in its first line, `{}`, does not exist", line.trim())
        }
        _ => "the loader it names does not exist: was it built for this system?".to_owned(),
    }
}

impl fmt::Display for SpawnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there is no program to run"),
            Self::NotFound { program, searched } if searched.is_empty() => write!(f, "there is no file `{program}`"),
            Self::NotFound { program, .. } => write!(f, "there is no program `{program}` in PATH"),
            Self::NotExecutable { path, reason } => write!(f, "`{}` cannot be run: {reason}", path.display()),
            Self::NoWorkingDirectory { path, reason } => {
                write!(f, "`{}` cannot be the working directory: {reason}", path.display())
            }
            Self::TooLarge { total, largest, largest_bytes } => write!(
                f,
                "arguments and environment are too large ({total} bytes); the largest is {largest} ({largest_bytes} bytes)"
            ),
            Self::Nul { place } => write!(f, "{place} holds a NUL character, which no program can be given"),
            Self::Exhausted { what } | Self::Other { what } => write!(f, "the process could not be started: {what}"),
        }
    }
}

impl std::error::Error for SpawnError {}

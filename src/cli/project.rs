//! The project on disk: its folder, its files, and how names and paths are found in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Usage;
use crate::check::{LoadError, Loader};
use crate::import::workset::Workset;
use crate::source::Source;

/// A folder with workflows.
#[derive(Clone, Debug)]
pub(super) struct Project {
    /// The folder that holds `wf.toml`, or the working directory.
    pub root: PathBuf,
}

/// What a name on the command line stands for.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The file.
    pub path: PathBuf,
    /// A workflow in it.
    pub workflow: Option<String>,
}

/// Reads files as `use` names them.
struct Disk;

impl Loader for Disk {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        match std::fs::read(path) {
            Ok(bytes) => String::from_utf8(bytes).map_err(|_| LoadError::Unreadable("it is not UTF-8".into())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(LoadError::Missing),
            Err(error) => Err(LoadError::Unreadable(error.to_string())),
        }
    }
}

/// The text of a file.
pub(super) fn read(path: &Path) -> Result<String, Usage> {
    let bytes = read_bytes(path)?;
    String::from_utf8(bytes).map_err(|_| format!("{}: not UTF-8", path.display()).into())
}

/// The bytes of a file; `-` is standard input.
pub(super) fn read_bytes(path: &Path) -> Result<Vec<u8>, Usage> {
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes)?;
        return Ok(bytes);
    }
    let length = std::fs::metadata(path).map_or(0, |meta| meta.len());
    if length > LARGEST {
        return Err(format!("{}: too large for a workflow ({} MB)", path.display(), length / 1_000_000).into());
    }
    std::fs::read(path).map_err(|error| format!("{}: {}", path.display(), why(&error)).into())
}

/// No text of ours is as large, in bytes: plans are the largest.
const LARGEST: u64 = 1 << 30;

/// Why a file could not be read, in words.
pub(super) fn why(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::PermissionDenied => "no permission".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => error.to_string(),
    }
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or("")
}

/// Whether it is a workflow in JSON or YAML.
pub(super) fn is_import(path: &Path) -> bool {
    matches!(extension(path), "json" | "yaml" | "yml")
}

impl Project {
    /// The project of the working directory: the nearest folder upwards that holds `wf.toml`.
    pub fn find() -> Result<Self, Usage> {
        let here = std::env::current_dir()?;
        let root = here.ancestors().find(|folder| folder.join("wf.toml").is_file());
        Ok(Self { root: root.unwrap_or(&here).to_owned() })
    }

    /// A path as the user would write it from the working directory.
    fn shown(&self, path: &Path) -> PathBuf {
        let here = std::env::current_dir().unwrap_or_default();
        path.strip_prefix(&here).map_or_else(|_| path.to_owned(), Path::to_owned)
    }

    /// The project's own workflow files: `workflows/*.wf`, then `.claude/workflows/*.{json,yaml,yml}`.
    pub fn workflow_files(&self) -> Vec<PathBuf> {
        let list = |folder: PathBuf, wanted: &dyn Fn(&Path) -> bool| {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| wanted(path)).collect();
            paths.sort();
            paths
        };
        let mut files = list(self.root.join("workflows"), &|path| extension(path) == "wf");
        files.extend(list(self.root.join(".claude/workflows"), &is_import));
        files.into_iter().map(|path| self.shown(&path)).collect()
    }

    /// Every `.wf` file below `folder`, and JSON or YAML workflows in `.claude/workflows`, less what git ignores.
    pub fn files_below(&self, folder: &Path) -> Vec<PathBuf> {
        let walk = ignore::WalkBuilder::new(folder).hidden(false).require_git(false).filter_entry(skip).build();
        let wanted = |path: &Path| {
            extension(path) == "wf"
                || (is_import(path) && path.parent().is_some_and(|parent| parent.ends_with(".claude/workflows")))
        };
        let paths = walk.flatten().map(ignore::DirEntry::into_path).filter(|path| path.is_file() && wanted(path));
        let mut paths: Vec<PathBuf> = paths.map(|path| self.shown(&path)).collect();
        paths.sort();
        paths
    }

    /// Files and folders of the command line as files; the whole project if there are none.
    pub fn expand(&self, paths: &[PathBuf]) -> Result<Vec<PathBuf>, Usage> {
        if paths.is_empty() {
            return Ok(self.files_below(&self.root));
        }
        let mut files = Vec::new();
        for path in paths {
            if path.is_dir() {
                files.extend(self.files_below(path));
            } else if path.as_os_str() == "-" || path.exists() {
                files.push(path.clone());
            } else {
                return Err(format!("{}: there is no such file or folder", path.display()).into());
            }
        }
        Ok(files)
    }

    /// Finds the workflow that `given` names: a file, `file.wf:name`, or a name of the project or the standard library.
    pub fn resolve(&self, given: &str) -> Result<Found, Usage> {
        let path = Path::new(given);
        if path.is_file() {
            return Ok(Found { path: path.to_owned(), workflow: None });
        }
        if let Some((file, workflow)) = given.rsplit_once(':')
            && Path::new(file).is_file()
        {
            return Ok(Found { path: file.into(), workflow: Some(workflow.to_owned()) });
        }
        if path.is_dir() {
            return Err(format!(
                "{given}: it is a folder; name a workflow of it (`wf list` lists those of the project)"
            )
            .into());
        }
        if !extension(path).is_empty() || given.contains('/') {
            return Err(format!("{given}: there is no such file").into());
        }
        self.by_name(given)
    }

    fn by_name(&self, name: &str) -> Result<Found, Usage> {
        let mut names = Vec::new();
        for path in self.workflow_files() {
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("").to_owned();
            if is_import(&path) {
                if stem == name {
                    return Ok(Found { path, workflow: None });
                }
                names.push(stem);
                continue;
            }
            let text = read(&path).unwrap_or_default();
            for workflow in workflows(&text) {
                if workflow == name {
                    return Ok(Found { path, workflow: Some(workflow) });
                }
                names.push(workflow);
            }
        }
        let close = crate::suggest::nearest(name, names.iter().map(String::as_str)).map(|near| near.word);
        let file = ["wf", "json", "yaml", "yml"].map(|ending| format!("{name}.{ending}")).into_iter();
        let hint = match close.map(str::to_owned).or_else(|| file.into_iter().find(|file| Path::new(file).is_file())) {
            Some(close) => format!("; did you mean `{close}`?"),
            None if names.is_empty() => "; the project has none (they belong in workflows/*.wf)".to_owned(),
            None => format!("; the project has {}", names.join(", ")),
        };
        Err(format!("there is no workflow `{name}`{hint}").into())
    }

    /// Checks files together with what they import. `with` are sections for JSON and YAML workflows among them.
    pub fn check(&self, paths: &[PathBuf], with: &[PathBuf]) -> Result<Workset, Usage> {
        let companions = with.iter().map(|path| source(path)).collect::<Result<Vec<_>, _>>()?;
        let mut workset = Workset::default();
        for path in paths {
            if is_import(path) {
                workset.import(source(path)?, &companions);
            } else {
                workset.add_bytes(shown_name(path), read_bytes(path)?);
            }
        }
        if !companions.is_empty() && !paths.iter().any(|path| is_import(path)) {
            return Err("--with adds to a JSON or YAML workflow, and none is given".to_owned().into());
        }
        workset.check(&Disk);
        Ok(workset)
    }
}

/// What a file is called in messages.
fn shown_name(path: &Path) -> String {
    if path.as_os_str() == "-" { "<stdin>".to_owned() } else { path.display().to_string() }
}

/// A text with the name that the user gave it.
fn source(path: &Path) -> Result<Arc<Source>, Usage> {
    Ok(Arc::new(Source::new(shown_name(path), read(path)?)))
}

/// What is never a source: state, build output, version control.
fn skip(entry: &ignore::DirEntry) -> bool {
    !matches!(entry.file_name().to_str(), Some(".git" | ".wf" | "target" | "node_modules"))
}

/// Names of the workflows that a text declares, without checking it.
fn workflows(text: &str) -> Vec<String> {
    let parsed = crate::syntax::parse(crate::source::FileId(0), text);
    let items = parsed.tree.items.iter().filter_map(|slot| match &slot.item.kind {
        crate::syntax::tree::ItemKind::Workflow(workflow) => Some(workflow.name.text.to_string()),
        _ => None,
    });
    items.collect()
}

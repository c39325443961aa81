//! Files among outputs: they must exist when they cross a step's border, and their digest is recorded.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::value::{Failure, Fields, FileRef, Value};

/// Looks at every file and folder in `outputs`: fills in digests, or says which output names what is not there.
pub(super) fn seal(workspace: &Path, outputs: &mut Fields) -> Result<(), Failure> {
    for (name, value) in outputs.iter_mut() {
        seal_value(workspace, value).map_err(|why| Failure {
            kind: "output".into(),
            message: format!("output `{name}`: {why}"),
            ..Failure::default()
        })?;
    }
    Ok(())
}

fn seal_value(workspace: &Path, value: &mut Value) -> Result<(), String> {
    match value {
        Value::File(file) => {
            let sealed = seal_file(workspace, file)?;
            *value = Value::File(Arc::new(sealed));
            Ok(())
        }
        Value::List(values) => Arc::make_mut(values).iter_mut().try_for_each(|value| seal_value(workspace, value)),
        Value::Map(fields) | Value::Record(fields) => {
            Arc::make_mut(fields).values_mut().try_for_each(|value| seal_value(workspace, value))
        }
        Value::Ok(inner) => seal_value(workspace, Arc::make_mut(inner)),
        _ => Ok(()),
    }
}

fn seal_file(workspace: &Path, file: &FileRef) -> Result<FileRef, String> {
    let path = workspace.join(file.path.as_str());
    let meta = std::fs::metadata(&path).map_err(|why| format!("{}: {why}", file.path))?;
    if meta.is_dir() != file.dir {
        let (is, wanted) = if meta.is_dir() { ("a folder", "a file") } else { ("a file", "a folder") };
        return Err(format!("{} is {is}, and {wanted} is needed", file.path));
    }
    let digest = if file.dir { folder_digest(&path) } else { file_digest(&path) };
    let digest = digest.map_err(|why| format!("{}: {why}", file.path))?;
    Ok(FileRef { path: file.path.clone(), digest: digest.into(), dir: file.dir })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn file_digest(path: &Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex(&digest.finalize()));
        }
        digest.update(&buffer[..read]);
    }
}

/// Digest of the sorted names of a folder with the digests of what they hold.
fn folder_digest(path: &Path) -> std::io::Result<String> {
    let mut digest = Sha256::new();
    let mut open = vec![path.to_owned()];
    while let Some(folder) = open.pop() {
        let mut entries = std::fs::read_dir(&folder)?.collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let below = entry.path();
            let name = below.strip_prefix(path).unwrap_or(&below);
            digest.update(name.as_os_str().as_encoded_bytes());
            digest.update([0]);
            let kind = entry.file_type()?;
            if kind.is_dir() {
                open.push(below);
            } else if kind.is_symlink() {
                digest.update(std::fs::read_link(&below)?.as_os_str().as_encoded_bytes());
            } else if kind.is_file() {
                digest.update(file_digest(&below)?);
            }
        }
    }
    Ok(hex(&digest.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs(path: &str, dir: bool) -> Fields {
        let file = FileRef { path: path.into(), digest: "".into(), dir };
        Fields::from_iter([("report".into(), Value::list(vec![Value::File(Arc::new(file))]))])
    }

    #[test]
    fn a_file_gets_its_digest_and_a_missing_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.txt"), "abc").unwrap();
        let mut found = outputs("a.txt", false);
        seal(folder.path(), &mut found).unwrap();
        let text = serde_json::to_string(&found).unwrap();
        assert!(text.contains("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), "{text}");

        let missing = seal(folder.path(), &mut outputs("b.txt", false)).unwrap_err();
        assert!(missing.message.contains("`report`") && missing.message.contains("b.txt"), "{missing:?}");
        assert!(seal(folder.path(), &mut outputs("a.txt", true)).is_err());
        assert!(seal(folder.path(), &mut outputs(".", true)).is_ok());
    }
}

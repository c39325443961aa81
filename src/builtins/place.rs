//! Built-ins of paths, files, folders and URLs. Paths are looked at as text: nothing here touches a file system.

use super::Scheme::{Dir, File, Path, Place, String as Text, Url};
use super::{Call, param};
use crate::eval::EvalError;
use crate::value::decode::{self, quoted};
use crate::value::{Value, units};

type Done = Result<Value, EvalError>;

super::builtins! {
    "name" Place, () -> Text, "The last part of the path.", r#"path("src/main.rs").name() == "main.rs""#, name;
    "stem" Place, () -> Text, "The last part of the path without its extension.",
        r#"path("src/main.rs").stem() == "main""#, stem;
    "extension" Place, () -> Text, "What follows the last dot of the last part; empty where there is none.",
        r#"path("src/main.rs").extension() == "rs""#, extension;
    "parent" Place, () -> Path, "The path without its last part; `.` where that is all.",
        r#"path("src/main.rs").parent() == "src""#, parent;
    "join" Place, (param("child", Text)) -> Path, "The path of something below it.",
        r#"path("src").join("main.rs") == "src/main.rs""#, join;
    "path" Place, () -> Path, "The path alone, without what the file held.", r#"path("a").path() == "a""#,
        |call| Ok(Value::Path(call.text(0)?.into()));
    "path" Text, () -> Path, "The path that it spells.", r#""a/b".path().name() == "b""#,
        |call| Ok(Value::Path(spelled(call)?.into()));
    "file" Text, () -> File, "The file at the path that it spells.", r#"file("a.txt").extension() == "txt""#,
        |call| Ok(decode::file(spelled(call)?, false));
    "dir" Text, () -> Dir, "The folder at the path that it spells.", r#"dir("a/b").name() == "b""#,
        |call| Ok(decode::file(spelled(call)?, true));
    "file" Place, () -> File, "The file at the path.", r#"path("a.txt").file().stem() == "a""#,
        |call| Ok(decode::file(call.text(0)?, false));
    "dir" Place, () -> Dir, "The folder at the path.", r#"path("a/b").dir().name() == "b""#,
        |call| Ok(decode::file(call.text(0)?, true));
    "url" Text, () -> Url, "The URL that it spells.", r#"url("https://example.org/x").host() == "example.org""#, url;
    "host" Url, () -> Text, "The host, without user and port.", r#"url("https://example.org:80").host() == "example.org""#,
        host;
    "scheme" Url, () -> Text, "What stands before the colon.", r#"url("https://example.org").scheme() == "https""#,
        |call| Ok(Value::str(call.text(0)?.split(':').next().unwrap_or("")));
}

fn spelled<'a>(call: &Call<'a>) -> Result<&'a str, EvalError> {
    let text = call.text(0)?;
    if text.is_empty() || text.contains('\0') {
        return Err(EvalError::value(format!("{} is not a path", quoted(text))));
    }
    Ok(text)
}

/// The last part of a path, without slashes at its end.
fn last(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Stem and extension of a name; `.env` is all stem.
fn divided(name: &str) -> (&str, &str) {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, extension),
        _ => (name, ""),
    }
}

fn name(call: &mut Call) -> Done {
    Ok(Value::str(last(call.text(0)?)))
}

fn stem(call: &mut Call) -> Done {
    Ok(Value::str(divided(last(call.text(0)?)).0))
}

fn extension(call: &mut Call) -> Done {
    Ok(Value::str(divided(last(call.text(0)?)).1))
}

fn parent(call: &mut Call) -> Done {
    let path = call.text(0)?;
    let parent = match path.trim_end_matches('/').rsplit_once('/') {
        Some(("", _)) => "/",
        Some((parent, _)) => parent,
        None if path.starts_with('/') => "/",
        None => ".",
    };
    Ok(Value::Path(parent.into()))
}

fn join(call: &mut Call) -> Done {
    let (base, child) = (call.text(0)?, call.text(1)?);
    let whole = match base {
        _ if child.starts_with('/') => {
            return Err(EvalError::value(format!("{} is not below anything: it begins with /", quoted(child))));
        }
        "" | "." => child.to_owned(),
        _ => format!("{}/{child}", base.strip_suffix('/').unwrap_or(base)),
    };
    Ok(Value::Path(whole.into()))
}

fn url(call: &mut Call) -> Done {
    let text = call.text(0)?.trim();
    if !units::is_url(text) {
        return Err(EvalError::value(format!("{} is not a URL such as https://example.org", quoted(text))));
    }
    Ok(Value::Url(text.into()))
}

fn host(call: &mut Call) -> Done {
    let after = call.text(0)?.split_once("//").map_or("", |(_, after)| after);
    Ok(Value::str(units::host(after)))
}

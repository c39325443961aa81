//! A scanned script, ready to be rendered with the values of one attempt.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Form, HoleContext, Piece};

/// The longest `NAME=value` that Linux passes to a program, in bytes, with its terminator.
const MAX_VARIABLE: usize = 128 * 1024;

/// Names of the variables that carry values begin with this.
const PREFIX: &str = "WF_VALUE_";

/// A piece of a scanned script.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Script text.
    Text(String),
    /// A reference to the value of the hole with the next index, written in this form.
    Hole(Form),
}

/// A script whose holes are known to be safe.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Template {
    /// Text and holes in order; the n-th hole takes the n-th value.
    pub parts: Vec<Part>,
}

/// The value of a hole in its text form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HoleValue {
    /// One value. In a hole of form [`Form::Raw`] it is pasted.
    One(String),
    /// The elements of a list: one word each, none for an empty list.
    Many(Vec<String>),
}

/// What a shell is started with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rendered {
    /// The script.
    pub text: String,
    /// The variables it refers to, to be added to the environment.
    pub variables: Vec<(String, String)>,
}

/// Why a value cannot be passed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RenderError {
    /// No environment variable can hold it: pass it through `stdin`.
    TooLarge {
        /// Index of the hole.
        hole: usize,
        /// Size of the value in bytes.
        bytes: usize,
        /// The most that fits, in bytes.
        limit: usize,
    },
    /// It holds a NUL character, which neither the environment nor a script can.
    Nul {
        /// Index of the hole.
        hole: usize,
    },
    /// A list came where one value was announced, or there are fewer values than holes.
    Shape {
        /// Index of the hole.
        hole: usize,
    },
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes, limit, .. } => {
                write!(f, "a value of {bytes} bytes does not fit into the environment (at most {limit})")
            }
            Self::Nul { .. } => f.write_str("a value holds a NUL character, which no shell can be given"),
            Self::Shape { hole } => write!(f, "hole {} of the script was given no value of its kind", hole + 1),
        }
    }
}

impl std::error::Error for RenderError {}

impl Template {
    /// Joins pieces with what [`super::scan`] found about their holes. Holes with a problem must not be rendered.
    pub fn new(pieces: &[Piece<'_>], holes: &[HoleContext]) -> Self {
        let mut contexts = holes.iter();
        let part = |piece: &Piece<'_>| match piece {
            Piece::Text(text) => Part::Text((*text).to_owned()),
            Piece::Hole(_) => Part::Hole(contexts.next().map_or(Form::Plain, |context| context.form)),
        };
        Self { parts: pieces.iter().map(part).collect() }
    }

    /// Writes the script with a reference for each value. Needs one value for each hole, in order.
    pub fn render(&self, values: &[HoleValue]) -> Result<Rendered, RenderError> {
        let mut rendered = Rendered { text: String::new(), variables: Vec::new() };
        let mut hole = 0;
        for part in &self.parts {
            match part {
                Part::Text(text) => rendered.text.push_str(text),
                Part::Hole(form) => {
                    rendered.hole(hole, *form, values.get(hole))?;
                    hole += 1;
                }
            }
        }
        Ok(rendered)
    }
}

impl Rendered {
    fn hole(&mut self, hole: usize, form: Form, value: Option<&HoleValue>) -> Result<(), RenderError> {
        match (form, value) {
            (Form::Raw, Some(HoleValue::One(text))) if text.contains('\0') => Err(RenderError::Nul { hole }),
            (Form::Raw, Some(HoleValue::One(text))) => {
                self.text.push_str(text);
                Ok(())
            }
            (Form::Plain, Some(HoleValue::Many(elements))) => self.list(hole, elements),
            (_, Some(HoleValue::One(value))) => {
                let name = format!("{PREFIX}{}", hole + 1);
                self.reference(form, &name);
                self.variable(hole, name, value)
            }
            (_, Some(HoleValue::Many(_)) | None) => Err(RenderError::Shape { hole }),
        }
    }

    fn list(&mut self, hole: usize, elements: &[String]) -> Result<(), RenderError> {
        for (index, element) in elements.iter().enumerate() {
            let name = format!("{PREFIX}{}_{}", hole + 1, index + 1);
            if index > 0 {
                self.text.push(' ');
            }
            self.reference(Form::Plain, &name);
            self.variable(hole, name, element)?;
        }
        Ok(())
    }

    fn reference(&mut self, form: Form, name: &str) {
        let (before, after) = match form {
            Form::Plain | Form::Raw => ("\"$", "\""),
            Form::Quoted => ("${", "}"),
            Form::Single => ("'\"$", "\"'"),
            Form::Ansi => ("'\"$", "\"$'"),
        };
        self.text.extend([before, name, after]);
    }

    fn variable(&mut self, hole: usize, name: String, value: &str) -> Result<(), RenderError> {
        let limit = MAX_VARIABLE - name.len() - 2;
        if value.len() > limit {
            return Err(RenderError::TooLarge { hole, bytes: value.len(), limit });
        }
        if value.contains('\0') {
            return Err(RenderError::Nul { hole });
        }
        self.variables.push((name, value.to_owned()));
        Ok(())
    }
}

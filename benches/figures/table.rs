//! The table of figures.

use std::fmt::Write;

/// What a figure should be.
#[derive(Clone, Copy)]
pub enum Goal {
    /// At least so much.
    AtLeast(f64),
    /// At most so much.
    AtMost(f64),
    /// None: shown for comparison.
    None,
}

/// One figure.
pub struct Row {
    /// What was measured.
    pub figure: String,
    /// The figure.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// What it is compared with, measured in the same run, in the same unit.
    pub beside: Option<(&'static str, f64)>,
    /// What it should be.
    pub goal: Goal,
}

impl Row {
    fn met(&self) -> &'static str {
        match self.goal {
            Goal::None => "",
            Goal::AtLeast(limit) if self.value >= limit => "yes",
            Goal::AtMost(limit) if self.value <= limit => "yes",
            _ => "NO",
        }
    }

    fn cells(&self) -> [String; 6] {
        let (beside, ratio) = match self.beside {
            Some((name, value)) => (format!("{} {name}", short(value)), format!("{:.2}", self.value / value)),
            None => (String::new(), String::new()),
        };
        let goal = match self.goal {
            Goal::AtLeast(limit) => format!("≥ {}", short(limit)),
            Goal::AtMost(limit) => format!("≤ {}", short(limit)),
            Goal::None => String::new(),
        };
        let value = format!("{} {}", short(self.value), self.unit);
        [self.figure.clone(), value, beside, ratio, goal, self.met().to_owned()]
    }
}

fn short(value: f64) -> String {
    match value {
        v if v >= 10_000.0 => {
            let digits = format!("{v:.0}");
            let groups: Vec<&str> =
                digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap_or("")).collect();
            groups.join(",")
        }
        v if v >= 100.0 => format!("{v:.0}"),
        v if v >= 10.0 => format!("{v:.1}"),
        v => format!("{v:.2}"),
    }
}

/// Prints the rows under each other.
pub fn print(rows: &[Row]) {
    let head = ["figure", "measured", "beside it", "ratio", "goal", "met"].map(str::to_owned);
    let mut lines = vec![head];
    lines.extend(rows.iter().map(Row::cells));
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 6] = std::array::from_fn(width);
    for (number, line) in lines.iter().enumerate() {
        let mut text = String::new();
        for (cell, width) in line.iter().zip(widths) {
            let _ = write!(text, "| {cell:width$} ");
        }
        println!("{text}|");
        if number == 0 {
            println!("{}|", widths.map(|width| format!("|{}", "-".repeat(width + 2))).concat());
        }
    }
}

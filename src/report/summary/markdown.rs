//! The report as Markdown.

use super::{Summary, asked, failed, handled, judged, used};

impl Summary {
    /// As Markdown: headings, lists, and a table of the steps.
    pub fn to_markdown(&self) -> String {
        let mut out = format!("# {}\n", escape(&self.title()));
        let mut paragraph = |text: &str| out += &format!("\n{}\n", escape(text));
        if !self.about.is_empty() {
            paragraph(&self.about);
        }
        self.failure.iter().map(failed).chain(self.waits.clone()).for_each(|text| paragraph(&text));
        let mut facts: Vec<String> = self.facts().iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let metric =
            |metric: &super::Metric| format!("{}: {} ({})", metric.name, metric.value.to_text(), metric.provenance);
        facts.extend(self.metrics.iter().map(metric));
        list(&mut out, "Summary", &facts);
        if !self.steps.is_empty() {
            out += "\n## Steps\n\n| step | outcome | took and used |\n|---|---|---|\n";
        }
        for step in &self.steps {
            let title = step.title.as_ref().map(|title| format!(": {title}")).unwrap_or_default();
            let name = escape(&format!("{}{title}", step.step));
            out += &format!("| {name} | {} | {} |\n", step.outcome.word(), escape(&used(step)));
        }
        list(&mut out, "Failures handled", &self.handled.iter().map(handled).collect::<Vec<_>>());
        list(&mut out, "Quality gates", &self.gates.iter().map(judged).collect::<Vec<_>>());
        list(&mut out, "Questions", &self.questions.iter().map(asked).collect::<Vec<_>>());
        if let Some(files) = &self.files {
            list(&mut out, "Files created", &files.created);
            list(&mut out, "Files modified", &files.modified);
            list(&mut out, "Files removed", &files.removed);
        }
        for (heading, items) in self.lists() {
            list(&mut out, heading, items);
        }
        let outputs = self.outputs.iter().map(|(name, value)| format!("{name} = {}", value.to_text()));
        list(&mut out, "Outputs", &outputs.collect::<Vec<_>>());
        out += &format!("\n## {}\n\n    {}\n", self.command_does(), self.command.replace('\n', "\n    "));
        out
    }
}

fn list(out: &mut String, heading: &str, items: &[String]) {
    if !items.is_empty() {
        *out += &format!("\n## {heading}\n\n");
        items.iter().for_each(|item| *out += &format!("- {}\n", escape(item)));
    }
}

/// Text that no Markdown is seen in, on one line.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\r' => out.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '&' | '~' => out.extend(['\\', letter]),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_of_a_text_is_markup() {
        assert_eq!(escape("a|b <i> *c*\n# d"), "a\\|b \\<i\\> \\*c\\* \\# d");
    }
}

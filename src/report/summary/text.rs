//! The report for a terminal.

use super::{Summary, asked, failed, handled, judged, mark, used};

impl Summary {
    /// As plain text.
    pub fn to_text(&self) -> String {
        let mut out = format!("{}\n{}\n", self.title(), "═".repeat(50));
        let mut line = |text: &str| {
            out.push_str(text);
            out.push('\n');
        };
        if !self.about.is_empty() {
            line(&self.about);
        }
        for text in self.failure.iter().map(failed).chain(self.waits.clone()) {
            line(&text);
        }
        line("\nSummary:");
        for (name, value) in self.facts() {
            line(&format!("- {name}: {value}"));
        }
        for metric in &self.metrics {
            line(&format!("- {}: {} ({})", metric.name, metric.value.to_text(), metric.provenance));
        }
        if !self.steps.is_empty() {
            line("\nSteps:");
        }
        for step in &self.steps {
            let title = step.title.as_ref().map(|title| format!(": {title}")).unwrap_or_default();
            line(&format!("{} {}{title} ({})", mark(step.outcome), step.step, used(step)));
            step.failures.iter().for_each(|failure| line(&format!("    {} ({})", failure.message, failure.kind)));
        }
        let mut list = |heading: &str, items: Vec<String>| {
            if !items.is_empty() {
                line(&format!("\n{heading}:"));
                items.iter().for_each(|item| line(&format!("- {item}")));
            }
        };
        list("Failures handled", self.handled.iter().map(handled).collect());
        list("Quality gates", self.gates.iter().map(judged).collect());
        list("Questions", self.questions.iter().map(asked).collect());
        if let Some(files) = &self.files {
            list("Files created", files.created.clone());
            list("Files modified", files.modified.clone());
            list("Files removed", files.removed.clone());
        }
        for (heading, items) in self.lists() {
            list(heading, items.to_vec());
        }
        let outputs = self.outputs.iter().map(|(name, value)| format!("{name} = {}", value.to_text()));
        list("Outputs", outputs.collect());
        list(self.command_does(), vec![self.command.clone()]);
        out
    }
}

//! The report as one HTML file that needs nothing else: no script, no font, no picture from elsewhere.

use super::{Summary, asked, failed, handled, judged, mark, timeline, used};

const STYLE: &str = "\
:root{color-scheme:light dark;--text:#1d2330;--dim:#5d6675;--paper:#fff;--line:#d9dee7;--good:#2e8b57;--bad:#c0392b;--warn:#b9770e;--run:#2f6fb5}
@media(prefers-color-scheme:dark){:root{--text:#e4e8ef;--dim:#9aa4b5;--paper:#14181f;--line:#323a47;--good:#4fb37b;--bad:#e8695b;--warn:#dba13a;--run:#68a6e8}}
body{margin:2rem auto;max-width:62rem;padding:0 1rem;font:16px/1.5 system-ui,sans-serif;color:var(--text);background:var(--paper)}
h1{font-size:1.5rem;border-left:.4rem solid var(--run);padding-left:.7rem}h1.succeeded{border-color:var(--good)}h1.failed,h1.rollback-incomplete{border-color:var(--bad)}
h1.paused,h1.cancelled,h1.rolled-back{border-color:var(--warn)}h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.25rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
.dim{color:var(--dim)}.scroll{overflow-x:auto}code,pre{font:14px/1.5 ui-monospace,monospace}pre{padding:.7rem;border:1px solid var(--line);overflow-x:auto}
svg{display:block}svg text{font:12px system-ui,sans-serif;fill:var(--text)}svg .took{fill:var(--dim)}
rect{fill:var(--run)}rect.succeeded,rect.cached{fill:var(--good)}rect.failed,rect.attempt{fill:var(--bad)}rect.continued,rect.cancelled{fill:var(--warn)}
";

impl Summary {
    /// As HTML.
    pub fn to_html(&self) -> String {
        let title = escape(&self.title());
        let mut out = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n\
             <body>\n<h1 class=\"{}\">{title}</h1>\n",
            escape(&self.status)
        );
        if !self.about.is_empty() {
            out += &format!("<p>{}</p>\n", escape(&self.about));
        }
        for text in self.failure.iter().map(failed).chain(self.waits.clone()) {
            out += &format!("<p><strong>{}</strong></p>\n", escape(&text));
        }
        out += "<h2>Summary</h2>\n<table>\n";
        let mut row = |name: &str, value: &str| {
            out += &format!("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", escape(name), escape(value));
        };
        self.facts().iter().for_each(|(name, value)| row(name, value));
        for metric in &self.metrics {
            row(&metric.name, &format!("{} ({})", metric.value.to_text(), metric.provenance));
        }
        row("Run", &self.run);
        out += "</table>\n";
        self.write_steps(&mut out);
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
        out += &format!("<h2>{}</h2>\n<pre>{}</pre>\n</body>\n</html>\n", self.command_does(), escape(&self.command));
        out
    }

    fn write_steps(&self, out: &mut String) {
        if self.steps.is_empty() {
            return;
        }
        *out += &format!("<h2>Timeline</h2>\n<div class=\"scroll\">\n{}</div>\n", timeline::draw(self));
        *out += "<h2>Steps</h2>\n<table>\n<tr><th>step</th><th>outcome</th><th>took and used</th></tr>\n";
        for step in &self.steps {
            let title = step.title.as_ref().map(|title| format!(" <span class=\"dim\">{}</span>", escape(title)));
            let mut outcome = format!("{} {}", mark(step.outcome), step.outcome.word());
            for failure in &step.failures {
                outcome +=
                    &format!("<br><span class=\"dim\">{} ({})</span>", escape(&failure.message), escape(&failure.kind));
            }
            let (name, title, used) = (escape(&step.step), title.unwrap_or_default(), escape(&used(step)));
            *out += &format!("<tr><td><code>{name}</code>{title}</td><td>{outcome}</td><td>{used}</td></tr>\n");
        }
        *out += "</table>\n";
    }
}

fn list(out: &mut String, heading: &str, items: &[String]) {
    if !items.is_empty() {
        *out += &format!("<h2>{heading}</h2>\n<ul>\n");
        items.iter().for_each(|item| *out += &format!("<li>{}</li>\n", escape(item)));
        *out += "</ul>\n";
    }
}

/// Text that no markup is seen in, in elements and attributes; without control characters.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter if letter.is_control() && letter != '\n' => out.push(' '),
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
        assert_eq!(escape("<b a=\"1\">'&\u{1b}"), "&lt;b a=&quot;1&quot;&gt;&#39;&amp; ");
    }
}

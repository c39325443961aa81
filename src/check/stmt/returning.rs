//! `return` against the declared outputs.

use crate::check::checker::Checker;
use crate::check::errors;
use crate::check::ty::Ty;
use crate::source::Span;
use crate::suggest;
use crate::syntax::tree::Arg;

impl Checker<'_> {
    pub(super) fn return_stmt(&mut self, args: &[Arg], span: Span) {
        let place = self.at(span);
        if !self.within.workflow || self.within.epilogue {
            self.report(errors::misplaced_return(place));
        }
        let outputs = self.outputs.clone();
        let mut given = vec![false; outputs.len()];
        for (at, arg) in args.iter().enumerate() {
            let index = match &arg.name {
                Some(name) => outputs.iter().position(|(known, _)| *known == name.text),
                None => Some(at),
            };
            let Some(((name, ty), seen)) = index.and_then(|at| Some((outputs.get(at)?, given.get_mut(at)?))) else {
                self.infer(&arg.value, &Ty::Unknown);
                let name = arg.name.as_ref().map_or("", |name| name.text.as_str());
                let near = suggest::nearest(name, outputs.iter().map(|(name, _)| name.as_str()));
                let at = arg.name.as_ref().map_or(arg.span, |name| name.span);
                self.report(errors::extra_output(self.at(at), name, near));
                continue;
            };
            if std::mem::replace(seen, true) {
                self.report(errors::duplicate_argument(self.at(arg.span), name));
            }
            self.expect(&arg.value, ty, None);
        }
        let missing: Vec<&str> =
            outputs.iter().zip(&given).filter(|(_, given)| !**given).map(|((name, _), _)| name.as_str()).collect();
        if !missing.is_empty() {
            self.report(errors::missing_outputs(place, &missing));
        }
    }
}

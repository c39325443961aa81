//! The order in which steps run: what needs what, circles, groups that run at once.

use super::resolve::{Link, Resolver, Unit, Value};
use crate::diagnostic::Place;
use crate::diagnostic::codes::import as codes;
use std::collections::BTreeSet;

impl Resolver<'_> {
    pub(super) fn links(&mut self) {
        let mut links = vec![Vec::new(); self.out.steps.len()];
        for (index, step) in self.out.steps.iter().enumerate() {
            let args = step.args.iter().map(|(_, place, value)| (place, value));
            for (place, value) in args.chain(step.waits.iter().map(|(place, value)| (place, value))) {
                if let Value::Output(from, output, _) = value {
                    let what = self.out.steps[*from].outputs[*output].name.clone();
                    links[index].push(Link { from: *from, what, place: *place });
                }
            }
        }
        for (condition, given) in self.out.conditions.iter().zip(&self.model.conditions) {
            let Some(step) = condition.step else { continue };
            for value in &condition.values {
                if let Value::Output(from, output, _) = value {
                    let what = self.out.steps[*from].outputs[*output].name.clone();
                    links[step].push(Link { from: *from, what, place: given.test.place });
                }
            }
        }
        self.links = links;
    }

    /// Reports one cycle among the steps, and cuts it.
    pub(super) fn cycles(&mut self) {
        // 0: not seen, 1: on the path, 2: done. Depth first, without recursion.
        let mut state = vec![0u8; self.links.len()];
        for root in 0..self.links.len() {
            if state[root] != 0 {
                continue;
            }
            let mut path: Vec<(usize, usize)> = vec![(root, 0)];
            state[root] = 1;
            while let Some((step, next)) = path.pop() {
                let Some(link) = self.links[step].get(next).cloned() else {
                    state[step] = 2;
                    continue;
                };
                path.push((step, next + 1));
                match state[link.from] {
                    0 => {
                        state[link.from] = 1;
                        path.push((link.from, 0));
                    }
                    1 => {
                        self.cycle(&path, &link);
                        if let Some(cut) = self.links[step].get_mut(next) {
                            cut.from = step;
                        }
                    }
                    _ => {}
                }
            }
        }
        for (step, links) in self.links.iter_mut().enumerate() {
            links.retain(|link| link.from != step);
        }
    }

    fn cycle(&mut self, path: &[(usize, usize)], last: &Link) {
        let start = path.iter().position(|(step, _)| *step == last.from).unwrap_or(0);
        let mut links: Vec<(usize, Link)> = Vec::new();
        for &(step, next) in &path[start..] {
            links.extend(next.checked_sub(1).and_then(|at| self.links[step].get(at)).map(|link| (step, link.clone())));
        }
        let id = |step: usize| self.model.steps[step].id.value.clone();
        let message = match links.as_slice() {
            [(step, link)] if *step == link.from => {
                format!("the step `{}` needs its own output `{}`", id(*step), link.what)
            }
            _ => {
                let ring: Vec<String> = links.iter().map(|(step, _)| format!("`{}`", id(*step))).collect();
                format!("the steps {} wait for each other", ring.join(", "))
            }
        };
        let labels: Vec<(Place, String)> = links
            .iter()
            .map(|(step, link)| (link.place, format!("`{}` needs `{}` of `{}`", id(*step), link.what, id(link.from))))
            .collect();
        let mut reported = self.report(&codes::IMPORT_CYCLE, last.place, message);
        for (place, text) in labels {
            reported = if place == last.place { reported.here(text) } else { reported.label(place, text) };
        }
        reported.help("let one of them do without, or split it into two steps");
    }

    /// Whether `step` needs `other` directly.
    fn needs(&self, step: usize, other: usize) -> Option<Link> {
        self.links[step].iter().find(|link| link.from == other).cloned()
    }

    pub(super) fn units(&mut self) {
        let mut unit_of: Vec<Option<usize>> = vec![None; self.out.steps.len()];
        let mut units = self.groups(&mut unit_of);
        self.neighbours(&mut unit_of, &mut units);
        for (step, unit) in unit_of.iter_mut().enumerate() {
            if unit.is_none() {
                *unit = Some(units.len());
                units.push(Unit { steps: vec![step], max: None, group: None });
            }
        }
        let of = |step: usize| unit_of.get(step).copied().flatten().unwrap_or(0);
        let mut needs: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); units.len()];
        let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); units.len()];
        for (step, links) in self.links.iter().enumerate() {
            for link in links {
                if of(link.from) != of(step) && needs[of(step)].insert(of(link.from)) {
                    needed_by[of(link.from)].push(of(step));
                }
            }
        }
        // The first unit in source order of those that wait for nothing.
        let first = |unit: usize| units[unit].steps.first().copied().unwrap_or(0);
        let mut ready: BTreeSet<(usize, usize)> =
            (0..units.len()).filter(|&unit| needs[unit].is_empty()).map(|unit| (first(unit), unit)).collect();
        let mut order = Vec::with_capacity(units.len());
        while let Some((_, unit)) = ready.pop_first() {
            order.push(unit);
            for &next in &needed_by[unit] {
                needs[next].remove(&unit);
                if needs[next].is_empty() {
                    ready.insert((first(next), next));
                }
            }
        }
        // A unit has its place in the order exactly when nothing is left that it waits for.
        let stuck: Vec<usize> = (0..units.len()).filter(|&unit| !needs[unit].is_empty()).collect();
        for &unit in &stuck {
            if let Some((name, place)) = units[unit].group.clone() {
                let message = format!("the group `{name}` waits for a step that waits for one of its own");
                self.report(&codes::IMPORT_CYCLE, place, message)
                    .help("take the step that others wait for out of the group");
            }
        }
        order.extend(stuck);
        self.moved(&units, &order);
        let mut slots: Vec<Option<Unit>> = units.into_iter().map(Some).collect();
        self.out.units = order.into_iter().filter_map(|unit| slots[unit].take()).collect();
    }

    /// Notes steps that run before another that the file writes first.
    fn moved(&mut self, units: &[Unit], order: &[usize]) {
        let mut latest = 0;
        for &unit in order {
            for &step in &units[unit].steps {
                if step + 1 < latest && units[unit].group.is_none() {
                    let id = &self.model.steps[step].id;
                    let cause = self.links[step].iter().find(|link| link.from > step).cloned();
                    if let Some(link) = cause {
                        let after = &self.model.steps[link.from].id.value;
                        let remark = format!("`{}` runs after `{after}`, whose `{}` it needs", id.value, link.what);
                        let place = id.place;
                        self.note(place, remark.clone());
                        self.out.steps[step].remarks.push(format!("{remark}."));
                    }
                }
                latest = latest.max(step + 1);
            }
        }
    }

    /// The `parallel_groups`.
    fn groups(&mut self, unit_of: &mut [Option<usize>]) -> Vec<Unit> {
        let model = self.model;
        let mut units: Vec<Unit> = Vec::new();
        for group in &model.groups {
            let mut steps: Vec<usize> = Vec::new();
            for id in &group.steps {
                let Some(step) = self.step_called(&id.value) else {
                    self.unknown_step(id);
                    continue;
                };
                if let Some(other) = unit_of[step] {
                    let first = units.get(other).and_then(|unit| unit.group.clone()).map_or(group.name.place, |g| g.1);
                    self.report(
                        &codes::IMPORT_SHAPE,
                        id.place,
                        format!("the step `{}` is in a group already", id.value),
                    )
                    .label(first, "in this group")
                    .help("name each step in one group, once");
                    continue;
                }
                unit_of[step] = Some(units.len());
                steps.push(step);
            }
            self.independent(&steps);
            steps.sort_unstable();
            let max = group.max.as_ref().map(|max| max.value);
            units.push(Unit { steps, max, group: Some((group.name.value.clone(), group.name.place)) });
        }
        units
    }

    /// Reports steps of one group that need each other.
    fn independent(&mut self, steps: &[usize]) {
        let members: BTreeSet<usize> = steps.iter().copied().collect();
        for &step in steps {
            let Some(link) = self.links[step].iter().find(|link| members.contains(&link.from)).cloned() else {
                continue;
            };
            let (id, other) = (&self.model.steps[step].id.value, &self.model.steps[link.from].id);
            let message = format!("`{id}` needs `{}` of `{}`, which runs at the same time", link.what, other.value);
            let place = other.place;
            self.report(&codes::IMPORT_PARALLEL_DEPENDENCY, link.place, message)
                .label(place, "produced by this step")
                .help("take one of the two out of the group");
        }
    }

    /// Neighbouring steps with `"parallel": true`.
    fn neighbours(&mut self, unit_of: &mut [Option<usize>], units: &mut Vec<Unit>) {
        let model = self.model;
        let wants = |step: usize| model.steps[step].parallel.as_ref().is_some_and(|flag| flag.value);
        let mut step = 0;
        while step < model.steps.len() {
            if !wants(step) || unit_of[step].is_some() {
                step += 1;
                continue;
            }
            let mut steps = vec![step];
            step += 1;
            while step < model.steps.len() && wants(step) && unit_of[step].is_none() {
                if steps.iter().any(|&member| self.needs(step, member).is_some() || self.needs(member, step).is_some())
                {
                    break;
                }
                steps.push(step);
                step += 1;
            }
            if let [lone] = steps[..] {
                self.lone(lone);
                continue;
            }
            for &member in &steps {
                unit_of[member] = Some(units.len());
            }
            units.push(Unit { steps, max: None, group: None });
        }
    }

    fn lone(&mut self, step: usize) {
        let given = &self.model.steps[step];
        let Some(flag) = &given.parallel else { return };
        let (id, place) = (given.id.value.clone(), flag.place);
        let message = format!("`{id}` is to run in parallel, but no neighbour of it can run at the same time");
        self.report(&codes::IMPORT_LONE_PARALLEL, place, message)
            .help("mark a neighbour that does not need its outputs as well, or run with `--parallel`");
        self.out.steps[step]
            .remarks
            .push("`parallel` had no effect: no neighbour can run at the same time.".to_owned());
    }

    pub(super) fn place_conditions(&mut self) {
        let mut unit_of = vec![0; self.out.steps.len()];
        for (at, unit) in self.out.units.iter().enumerate() {
            for &step in &unit.steps {
                unit_of[step] = at;
            }
        }
        for condition in &mut self.out.conditions {
            condition.after = condition
                .values
                .iter()
                .filter_map(|value| match value {
                    Value::Output(step, ..) => unit_of.get(*step).copied(),
                    Value::Param(_) => None,
                })
                .max();
        }
    }
}

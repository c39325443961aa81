//! The simulated driver: virtual time, a scripted world, no effects. The same script, the same run.

use std::collections::BTreeMap;

use crate::machine::Machine;
use crate::machine::command::{Ask, Attempt, Command, Outcome, StopReason};
use crate::machine::input::{Answer, AttemptResult, Ending, Input, Raw, Start, Usage};
use crate::machine::notice::Notice;

/// What a simulated run meets.
pub trait World {
    /// What an attempt comes to, and after how many milliseconds.
    fn attempt(&mut self, attempt: &Attempt) -> (Raw, i64);

    /// The same where the result is known without judging what an action did: asked before [`Self::attempt`].
    fn result(&mut self, _machine: &Machine, _attempt: &Attempt) -> Option<(AttemptResult, i64)> {
        None
    }

    /// What the machine concluded; whether the process dies now, before anything that follows is begun. The run goes on
    /// in another one, by replay.
    fn noticed(&mut self, _notices: &[Notice]) -> bool {
        false
    }

    /// What a person answers, and after how many milliseconds; `None`: nobody does.
    fn ask(&mut self, _ask: &Ask) -> Option<(Answer, i64)> {
        None
    }

    /// Where a snapshot is found; or why there is none.
    fn snapshot(&mut self, number: u64, name: &str) -> Result<String, String> {
        Ok(format!("{name}@{number}"))
    }

    /// Whether a snapshot can be restored.
    fn restore(&mut self, _reference: &str) -> Result<(), String> {
        Ok(())
    }
}

/// A simulated run.
pub struct Sim<W> {
    /// The machine.
    pub machine: Machine,
    /// Virtual time, milliseconds since 1970.
    pub now: i64,
    /// Every input so far, with its time.
    pub inputs: Vec<(i64, Input)>,
    /// Every notice so far.
    pub notices: Vec<Notice>,
    /// Every command so far.
    pub commands: Vec<Command>,
    /// What the run meets.
    pub world: W,
    due: BTreeMap<(i64, u64), Due>,
    last: u64,
    dead: bool,
}

enum Due {
    Input(Input),
    Ends(u64, Box<Raw>),
    Known(u64, Box<AttemptResult>, i64),
}

impl<W: World> Sim<W> {
    /// A run at a time, not started.
    pub fn new(machine: Machine, now: i64, world: W) -> Self {
        Self {
            machine,
            now,
            inputs: Vec::new(),
            notices: Vec::new(),
            commands: Vec::new(),
            world,
            due: BTreeMap::new(),
            last: 0,
            dead: false,
        }
    }

    /// Starts the run and goes on until nothing happens any more.
    ///
    /// # Errors
    /// What the machine refused.
    pub fn run(&mut self, start: Start) -> Result<(), String> {
        self.input(Input::Start(Box::new(start)))?;
        self.go()
    }

    /// Applies an input now, and does what the machine asks for.
    ///
    /// # Errors
    /// What the machine refused.
    pub fn input(&mut self, input: Input) -> Result<(), String> {
        let step = self.machine.apply(self.now, &input).map_err(|refused| refused.to_string())?;
        self.inputs.push((self.now, input));
        self.dead |= self.world.noticed(&step.notices);
        self.notices.extend(step.notices);
        self.obey_all(step.commands)
    }

    fn obey_all(&mut self, commands: Vec<Command>) -> Result<(), String> {
        for command in commands {
            if self.dead {
                break;
            }
            self.obey(command)?;
        }
        Ok(())
    }

    /// When the next thing happens, milliseconds since 1970; `None`: nothing does.
    pub fn due_at(&self) -> Option<i64> {
        if self.dead { Some(self.now) } else { self.due.first_key_value().map(|((at, _), _)| *at) }
    }

    /// Whether only time or a person lets the run go on: it is paused, and no answer is on its way.
    pub fn is_waiting(&self) -> bool {
        !self.dead
            && self.machine.is_paused()
            && !self.due.values().any(|due| matches!(due, Due::Input(Input::Answered { .. })))
    }

    /// Goes on until nothing is due.
    ///
    /// # Errors
    /// What the machine refused.
    pub fn go(&mut self) -> Result<(), String> {
        while self.step()? {}
        Ok(())
    }

    /// Lets the next thing happen; whether there was one.
    ///
    /// # Errors
    /// What the machine refused.
    pub fn step(&mut self) -> Result<bool, String> {
        if self.dead {
            self.crash(0)?;
            return Ok(true);
        }
        let Some(((at, _), due)) = self.due.pop_first() else { return Ok(false) };
        self.now = self.now.max(at);
        match due {
            Due::Input(input) => self.input(input)?,
            Due::Ends(attempt, raw) => {
                let usage = Usage { wall: raw.duration, ..Usage::default() };
                let result = self.machine.judge(attempt, &raw);
                self.input(Input::AttemptFinished { attempt, result, usage })?;
            }
            Due::Known(attempt, result, wall) => {
                let usage = Usage { wall, ..Usage::default() };
                self.input(Input::AttemptFinished { attempt, result: *result, usage })?;
            }
        }
        Ok(true)
    }

    /// Goes on with another process: a machine fed with the inputs so far, then `Resumed` after a pause.
    ///
    /// # Errors
    /// What the machine refused.
    pub fn crash(&mut self, pause: i64) -> Result<(), String> {
        let mut machine = Machine::new(self.machine.plan().clone());
        for (at, input) in &self.inputs {
            machine.apply(*at, input).map_err(|refused| refused.to_string())?;
        }
        self.machine = machine;
        self.dead = false;
        self.due.clear();
        self.now += pause;
        let step = self.machine.apply(self.now, &Input::Resumed).map_err(|refused| refused.to_string())?;
        self.inputs.push((self.now, Input::Resumed));
        self.dead |= self.world.noticed(&step.notices);
        self.notices.extend(step.notices);
        self.obey_all(self.machine.commands())
    }

    /// How the run ended.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.machine.outcome()
    }

    fn obey(&mut self, command: Command) -> Result<(), String> {
        self.commands.push(command.clone());
        match command {
            Command::Start(attempt) => {
                if let Some((result, after)) = self.world.result(&self.machine, &attempt) {
                    self.due(after, Due::Known(attempt.attempt, Box::new(result), after));
                } else {
                    let (mut raw, after) = self.world.attempt(&attempt);
                    raw.duration = after;
                    self.due(after, Due::Ends(attempt.attempt, Box::new(raw)));
                }
                self.input(Input::AttemptStarted { attempt: attempt.attempt })?;
            }
            Command::Stop { attempt, reason } => self.stop(attempt, reason),
            Command::Timer { timer, at } => {
                self.due(at - self.now, Due::Input(Input::TimerFired { timer }));
            }
            Command::Forget { timer } => {
                self.due
                    .retain(|_, due| !matches!(due, Due::Input(Input::TimerFired { timer: other }) if *other == timer));
            }
            Command::Snapshot { snapshot, name, .. } => {
                let reference = self.world.snapshot(snapshot, &name);
                self.due(0, Due::Input(Input::SnapshotTaken { snapshot, reference }));
            }
            Command::Restore { snapshot, reference, .. } => {
                let outcome = self.world.restore(&reference);
                self.due(0, Due::Input(Input::SnapshotRestored { snapshot, outcome }));
            }
            Command::Ask(ask) => {
                if let Some((answer, after)) = self.world.ask(&ask) {
                    let input = Input::Answered { ask: ask.ask, answer, by: "someone".into(), comment: None };
                    self.due(after, Due::Input(input));
                }
            }
            Command::Withdraw { ask } => {
                self.due
                    .retain(|_, due| !matches!(due, Due::Input(Input::Answered { ask: other, .. }) if *other == ask));
            }
            Command::Finish(_) => {}
        }
        Ok(())
    }

    /// A stopped attempt ends a millisecond later, by a signal.
    fn stop(&mut self, attempt: u64, _reason: StopReason) {
        let running = self.due.iter().find_map(|(key, due)| match due {
            Due::Ends(number, _) | Due::Known(number, ..) if *number == attempt => Some(*key),
            _ => None,
        });
        if let Some(key) = running.filter(|(at, _)| *at > self.now) {
            self.due.remove(&key);
            let raw = Raw { ending: Ending::Signal(15), ..Raw::default() };
            self.due(1, Due::Ends(attempt, Box::new(raw)));
        }
    }

    fn due(&mut self, after: i64, due: Due) {
        self.last += 1;
        self.due.insert((self.now + after.max(0), self.last), due);
    }
}

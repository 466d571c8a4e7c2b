//! What a mail client says at each kind of door: the greeting, the mechanisms that are offered, one login (RFC 9051, 1939 with 2449,
//! 5034 and 2595, 5321 with 4954, 5804).

use std::collections::BTreeSet;

use data_encoding::BASE64;
use zeroize::Zeroizing;

use super::mechanism::{Mechanism, Probe, offered, quoted, steps};
use super::wire::{Broken, Target, Wire};

/// What is spoken at a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Imap,
    Pop3,
    ManageSieve,
    Submission,
}

/// When TLS begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begins {
    /// With the first byte.
    AtOnce,
    /// When it is asked for.
    Starttls,
}

/// What came of a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    In,
    /// In the server's words.
    Refused(String),
}

/// What a server says in the course of a login.
enum Reply {
    GoOn,
    Final(Outcome),
}

/// A connection at one kind of door, after its greeting and with TLS.
pub(super) struct Talk {
    protocol: Protocol,
    wire: Wire,
    /// What the server said of itself, over TLS.
    capabilities: Vec<String>,
}

impl Talk {
    pub(super) fn begin(
        target: &Target,
        protocol: Protocol,
        port: u16,
        begins: Begins,
    ) -> Result<Self, Broken> {
        let mut talk = Self {
            protocol,
            wire: Wire::connect(target, port)?,
            capabilities: Vec::new(),
        };
        if begins == Begins::AtOnce {
            talk.wire.begin_tls(target)?;
            talk.greeting()?;
        } else {
            talk.greeting()?;
            talk.start_tls(target)?;
        }
        talk.capabilities = talk.ask_capabilities()?;
        Ok(talk)
    }

    fn greeting(&mut self) -> Result<(), Broken> {
        let is_good = match self.protocol {
            // The capabilities stand in the greeting, up to OK (RFC 5804, 1.7).
            Protocol::ManageSieve => return self.list(|line| line.starts_with("OK")).map(drop),
            Protocol::Submission => self.last_line()?.starts_with("220"),
            Protocol::Imap => self.wire.hear()?.starts_with("* OK"),
            Protocol::Pop3 => self.wire.hear()?.starts_with("+OK"),
        };
        match is_good {
            true => Ok(()),
            false => Err(Broken::Unreachable(
                "it greets like another kind of server".to_owned(),
            )),
        }
    }

    fn start_tls(&mut self, target: &Target) -> Result<(), Broken> {
        let answer = match self.protocol {
            Protocol::Imap => {
                self.wire.say("a STARTTLS")?;
                self.wire.hear()?
            }
            Protocol::Pop3 => {
                self.wire.say("STLS")?;
                self.wire.hear()?
            }
            Protocol::ManageSieve => {
                self.wire.say("STARTTLS")?;
                self.wire.hear()?
            }
            Protocol::Submission => {
                self.wire.say("EHLO warifu-check.invalid")?;
                self.last_line()?;
                self.wire.say("STARTTLS")?;
                self.last_line()?
            }
        };
        let agreed = ["a OK", "+OK", "OK", "220"];
        if !agreed.iter().any(|yes| answer.starts_with(yes)) {
            return Err(Broken::Unreachable(format!("no STARTTLS: {answer}")));
        }
        self.wire.begin_tls(target)?;
        if self.protocol == Protocol::ManageSieve {
            // Said again, unasked.
            self.capabilities = self.list(|line| line.starts_with("OK"))?;
        }
        Ok(())
    }

    fn ask_capabilities(&mut self) -> Result<Vec<String>, Broken> {
        match self.protocol {
            Protocol::Imap => {
                self.wire.say("b CAPABILITY")?;
                self.list(|line| line.starts_with("b "))
            }
            Protocol::Pop3 => {
                self.wire.say("CAPA")?;
                self.list(|line| line == "." || line.starts_with("-ERR"))
            }
            Protocol::ManageSieve => {
                self.wire.say("CAPABILITY")?;
                self.list(|line| line.starts_with("OK"))
            }
            Protocol::Submission => {
                self.wire.say("EHLO warifu-check.invalid")?;
                self.list(|line| line.as_bytes().get(3) != Some(&b'-'))
            }
        }
    }

    /// Lines up to the one that ends them.
    fn list(&mut self, ends: impl Fn(&str) -> bool) -> Result<Vec<String>, Broken> {
        let mut lines = Vec::new();
        for _ in 0..200 {
            let line = self.wire.hear()?;
            let is_last = ends(&line);
            lines.push(line);
            if is_last {
                return Ok(lines);
            }
        }
        Err(Broken::Unreachable("an answer without an end".to_owned()))
    }

    /// The last line of an SMTP answer.
    fn last_line(&mut self) -> Result<String, Broken> {
        let lines = self.list(|line| line.as_bytes().get(3) != Some(&b'-'))?;
        Ok(lines.into_iter().next_back().unwrap_or_default())
    }

    /// What is offered to log in with.
    pub(super) fn mechanisms(&self) -> BTreeSet<Mechanism> {
        offered(self.protocol, &self.capabilities)
    }

    /// Logs in, and at a submission door goes on to the recipient: some doors are shut there only.
    pub(super) fn log_in(
        mut self,
        mechanism: &Mechanism,
        probe: &Probe,
    ) -> Result<Outcome, Broken> {
        let outcome = match mechanism {
            Mechanism::None => Outcome::In,
            Mechanism::ImapLogin => {
                let line = format!(
                    "c LOGIN {} {}",
                    *quoted(&probe.login),
                    *quoted(&probe.password)
                );
                self.wire.say(&Zeroizing::new(line))?;
                self.outcome()?
            }
            Mechanism::PopUser => {
                self.wire.say(&format!("USER {}", probe.login))?;
                match self.outcome()? {
                    Outcome::In => {
                        self.wire
                            .say(&Zeroizing::new(format!("PASS {}", *probe.password)))?;
                        self.outcome()?
                    }
                    refused => refused,
                }
            }
            mechanism => self.authenticate(mechanism, probe)?,
        };
        if outcome == Outcome::In && self.protocol == Protocol::Submission {
            for line in [
                format!("MAIL FROM:<{}>", probe.address),
                format!("RCPT TO:<{}>", probe.address),
            ] {
                self.wire.say(&line)?;
                let answer = self.last_line()?;
                if !answer.starts_with('2') {
                    return Ok(Outcome::Refused(answer));
                }
            }
        }
        Ok(outcome)
    }

    fn authenticate(&mut self, mechanism: &Mechanism, probe: &Probe) -> Result<Outcome, Broken> {
        let name = mechanism.name();
        self.wire.say(&match self.protocol {
            Protocol::Imap => format!("c AUTHENTICATE {name}"),
            Protocol::Pop3 | Protocol::Submission => format!("AUTH {name}"),
            Protocol::ManageSieve => format!("AUTHENTICATE \"{name}\""),
        })?;
        // An empty answer to whatever else a server wants: an error of OAuth has to be acknowledged (RFC 7628, 3.2.3).
        let mut steps = steps(mechanism, probe).into_iter();
        for _ in 0..5 {
            match self.reply()? {
                Reply::Final(outcome) => return Ok(outcome),
                Reply::GoOn => {
                    let step = steps.next().unwrap_or_default();
                    let step = Zeroizing::new(BASE64.encode(step.as_bytes()));
                    self.wire.say(&match self.protocol {
                        Protocol::ManageSieve => Zeroizing::new(format!("\"{}\"", *step)),
                        _ => step,
                    })?;
                }
            }
        }
        Err(Broken::Unreachable("a login without an end".to_owned()))
    }

    fn outcome(&mut self) -> Result<Outcome, Broken> {
        match self.reply()? {
            Reply::Final(outcome) => Ok(outcome),
            Reply::GoOn => Err(Broken::Unreachable(
                "it asks for more than was offered".to_owned(),
            )),
        }
    }

    fn reply(&mut self) -> Result<Reply, Broken> {
        let refused = |line: String| Ok(Reply::Final(Outcome::Refused(line)));
        let yes = Ok(Reply::Final(Outcome::In));
        if self.protocol == Protocol::Submission {
            let line = self.last_line()?;
            return match line.as_bytes().first() {
                Some(b'2') => yes,
                Some(b'3') => Ok(Reply::GoOn),
                _ => refused(line),
            };
        }
        for _ in 0..100 {
            let line = self.wire.hear()?;
            match self.protocol {
                Protocol::Imap if line.starts_with('+') => return Ok(Reply::GoOn),
                Protocol::Imap if line.starts_with("c OK") => return yes,
                Protocol::Imap if line.starts_with("c ") || line.starts_with("* BYE") => {
                    return refused(line);
                }
                Protocol::Imap | Protocol::Submission => {}
                Protocol::Pop3 if line.starts_with("+OK") => return yes,
                Protocol::Pop3 if line.starts_with('+') => return Ok(Reply::GoOn),
                Protocol::Pop3 => return refused(line),
                Protocol::ManageSieve if line.starts_with("OK") => return yes,
                Protocol::ManageSieve if line.starts_with('"') => return Ok(Reply::GoOn),
                Protocol::ManageSieve if line.starts_with('{') => {
                    self.wire.hear()?;
                    return Ok(Reply::GoOn);
                }
                Protocol::ManageSieve => return refused(self.with_literal(line)?),
            }
        }
        Err(Broken::Unreachable("an answer without an end".to_owned()))
    }

    /// A refusal whose words follow as a literal (RFC 5804, 4).
    fn with_literal(&mut self, line: String) -> Result<String, Broken> {
        match line.ends_with('}') {
            true => Ok(format!("{line} {}", self.wire.hear()?)),
            false => Ok(line),
        }
    }
}

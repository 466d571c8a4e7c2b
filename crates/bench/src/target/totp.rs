//! One judgement of a code: three steps, all of them computed and compared, against totp-rs doing the same.

use std::hint::black_box;
use std::time::Duration;

use anyhow::{Result, ensure};
use warifu_otp::{OneTimeCode, Secret, Step, TotpKey, TotpParams};

use crate::measure::{median_of, thread_time};
use crate::report::{Bound, Section, Unit, Verdict};

const SECRET: [u8; Secret::NEW_LENGTH] = [0x5a; Secret::NEW_LENGTH];
const SKEW: u8 = 1;
/// Judgements of one batch: some kernels count a thread's time in ticks of milliseconds.
const BATCH: u64 = 200_000;

/// Which code is judged. totp-rs begins with the oldest step and stops at the first that fits.
#[derive(Clone, Copy)]
enum Typed {
    Wrong,
    Newest,
    Current,
    Oldest,
}

impl Typed {
    const ALL: [Self; 4] = [Self::Wrong, Self::Newest, Self::Current, Self::Oldest];

    fn name(self) -> &'static str {
        match self {
            Self::Wrong => "a wrong code (three steps)",
            Self::Newest => "the newest step's (three steps)",
            Self::Current => "the current step's (two steps)",
            Self::Oldest => "the oldest step's (one step)",
        }
    }

    /// The code typed in `step`.
    fn code(self, key: &TotpKey, Step(step): Step) -> String {
        let of = |step| key.code_at(Step(step)).expose().to_string();
        match self {
            Self::Newest => of(step + 1),
            Self::Current => of(step),
            Self::Oldest => of(step - 1),
            Self::Wrong => {
                let right = [of(step - 1), of(step), of(step + 1)];
                let mut wrong =
                    (0..).map(|number: u64| format!("{:06}", number * 7_919 % 1_000_000));
                wrong
                    .find(|code| !right.contains(code))
                    .expect("there are more codes than steps")
            }
        }
    }
}

struct Round {
    /// Microseconds a judgement, the key prepared beforehand.
    kept: f64,
    /// Microseconds a judgement that begins with the secret, as the server's do.
    whole: f64,
    /// Microseconds a judgement of totp-rs.
    theirs: f64,
}

pub(crate) fn run(rounds: usize) -> Result<Section> {
    let secret = Secret::from_bytes(SECRET.to_vec());
    let key = TotpKey::new(TotpParams::default(), &secret);
    let theirs = totp_rs::Builder::new()
        .with_skew(u16::from(SKEW))
        .with_secret(SECRET.as_slice())
        .build();
    let theirs = theirs.map_err(|error| anyhow::anyhow!("totp-rs refuses the secret: {error}"))?;
    let mut table = vec![
        [
            "what is typed, and how far totp-rs looks",
            "totp-rs 6 `check`, skew 1",
            "ours, key state kept",
            "to totp-rs",
            "ours, from the secret on",
            "to totp-rs",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    let mut verdicts = Vec::new();
    for typed in Typed::ALL {
        let found = judge(rounds, typed, &secret, &key, &theirs)?;
        let ratio = |of: fn(&Round) -> f64| median_of(&found, |round| of(round) / round.theirs);
        let time = |of: fn(&Round) -> f64| format!("{:.3} µs", median_of(&found, of));
        let (kept, whole) = (ratio(|round| round.kept), ratio(|round| round.whole));
        table.push(vec![
            typed.name().to_owned(),
            time(|round| round.theirs),
            time(|round| round.kept),
            format!("{kept:.3}×"),
            time(|round| round.whole),
            format!("{whole:.3}×"),
        ]);
        if matches!(typed, Typed::Wrong) {
            for (how, found) in [("key state kept", kept), ("from the secret on", whole)] {
                verdicts.push(Verdict {
                    what: format!("a wrong code, {how}, to totp-rs"),
                    found,
                    bound: Bound::AtMost(0.65),
                    unit: Unit::Times,
                });
            }
        }
    }
    Ok(Section {
        title: "One TOTP judgement",
        text: vec![
            format!(
                "SHA-1, six digits, one step to each side of now; {rounds} rounds of {BATCH} judgements in turn, time of the thread \
                 on the processor. Ours begins with the typed text, and computes and compares all three steps whatever is typed \
                 (SEC-16). The server keeps no key between requests: it begins with the secret."
            ),
            "totp-rs begins with the oldest step and stops at the first that fits. So only a wrong code, or one of the newest step, \
             makes both do the same work, and that is what the bound is held against. With a code of an older step totp-rs does \
             less than ours and tells by its time which one it was; those lines show what constant time costs."
                .to_owned(),
        ],
        table,
        verdicts,
    })
}

/// Measures the judging of one kind of code, in many time steps.
fn judge(
    rounds: usize,
    typed: Typed,
    secret: &Secret,
    key: &TotpKey,
    theirs: &totp_rs::Totp,
) -> Result<Vec<Round>> {
    const FIRST: u64 = 1_000;
    let codes: Vec<String> = (FIRST..FIRST + 64)
        .map(|step| typed.code(key, Step(step)))
        .collect();
    let time = |number: u64| (FIRST + number % 64) * 30 + 7;
    let code = |number: u64| codes[(number % 64) as usize].as_str();
    let ours = |key: &TotpKey, number: u64| {
        let code = OneTimeCode::parse(code(number)).ok();
        code.and_then(|code| key.matching_step(&code, time(number), SKEW))
    };
    for number in 0..BATCH {
        let fits = ours(key, number).is_some();
        ensure!(
            fits == !matches!(typed, Typed::Wrong)
                && fits == theirs.check(code(number), time(number)).is_some(),
            "void: {} is judged wrongly",
            code(number)
        );
    }
    let batch = |work: &dyn Fn(u64) -> bool| -> Result<f64> {
        let before = thread_time()?;
        let accepted = (0..BATCH).filter(|number| black_box(work(*number))).count();
        black_box(accepted);
        Ok(microseconds(thread_time()? - before) / BATCH as f64)
    };
    let mut found = Vec::new();
    for _ in 0..rounds {
        found.push(Round {
            theirs: batch(&|number| theirs.check(code(number), time(number)).is_some())?,
            kept: batch(&|number| ours(black_box(key), number).is_some())?,
            whole: batch(&|number| {
                let key = TotpKey::new(TotpParams::default(), black_box(secret));
                ours(&key, number).is_some()
            })?,
        });
    }
    Ok(found)
}

fn microseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

//! One judgement of a code: three steps, all of them computed and compared, against totp-rs doing the same.

use std::hint::black_box;
use std::time::Duration;

use anyhow::{Result, ensure};
use warifu_otp::{OneTimeCode, Secret, Step, TotpKey, TotpParams};

use crate::measure::{median_of, thread_time};
use crate::report::{Bound, Section, Unit, Verdict};

const SECRET: [u8; Secret::NEW_LENGTH] = [0x5a; Secret::NEW_LENGTH];
const SKEW: u8 = 1;
/// Judgements of one round.
const BATCH: u64 = 20_000;

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
    // Codes of the window and codes that are wrong: both sides look at all steps of a wrong one.
    let codes: Vec<String> = (0..64_u64)
        .map(|number| match number % 4 {
            0 => key.code_at(Step(number / 4)).expose().to_string(),
            _ => format!("{:06}", number * 15_485_863 % 1_000_000),
        })
        .collect();
    let time = |number: u64| (number / 4 % 16) * 30 + 7;
    let code = |number: u64| codes[(number % 64) as usize].as_str();
    let judge = |key: &TotpKey, number: u64| {
        let code = OneTimeCode::parse(code(number)).ok();
        code.and_then(|code| key.matching_step(&code, time(number), SKEW))
    };
    for number in 0..BATCH {
        let (ours, theirs) = (
            judge(&key, number),
            theirs.check(code(number), time(number)),
        );
        ensure!(
            ours.is_some() == theirs.is_some(),
            "void: the two disagree about {}",
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
            kept: batch(&|number| judge(black_box(&key), number).is_some())?,
            whole: batch(&|number| {
                let key = TotpKey::new(TotpParams::default(), black_box(&secret));
                judge(&key, number).is_some()
            })?,
        });
    }
    let ratio = |of: fn(&Round) -> f64| median_of(&found, |round| of(round) / round.theirs);
    let row = |name: &str, of: fn(&Round) -> f64| {
        vec![
            name.to_owned(),
            format!("{:.3} µs", median_of(&found, of)),
            format!("{:.3}×", ratio(of)),
        ]
    };
    Ok(Section {
        title: "One TOTP judgement",
        text: vec![format!(
            "SHA-1, six digits, one step to each side of now; {rounds} rounds of {BATCH} judgements in turn, time of the thread on the \
             processor. Ours begins with the typed text and compares all three steps in constant time. The server keeps no \
             key between requests: it begins with the secret."
        )],
        table: vec![
            vec!["".into(), "a judgement".into(), "to totp-rs".into()],
            row("totp-rs 6 `check`, skew 1", |round| round.theirs),
            row("ours, key state kept", |round| round.kept),
            row("ours, from the secret on", |round| round.whole),
        ],
        verdicts: vec![
            Verdict {
                what: "key state kept, to totp-rs".into(),
                found: ratio(|round| round.kept),
                bound: Bound::AtMost(0.65),
                unit: Unit::Times,
            },
            Verdict {
                what: "from the secret on, to totp-rs".into(),
                found: ratio(|round| round.whole),
                bound: Bound::AtMost(0.65),
                unit: Unit::Times,
            },
        ],
    })
}

fn microseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

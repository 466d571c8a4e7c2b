//! HMAC (RFC 2104) of 8-byte counters, with the state after the key kept for each hash. Not a general HMAC.
//!
//! A code needs two compressions after the key and two for the key itself, so judging a window from the kept state
//! halves the work. The message's length never varies, so both messages are one block each and their padding is known.

use sha1::{Digest, Sha1};
use sha2::{Sha256, Sha512};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::hotp::Algorithm;

/// How many counters are worked on side by side: the usual window, one step to each side of now. The processor overlaps
/// compressions that do not wait for each other, which saves a fifth of a judgement's time.
const LANES: usize = 3;

/// A key, ready to authenticate counters. Wiped when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) enum CounterMac {
    Sha1(Sha1Mac),
    Sha256(Sha256Mac),
    Sha512(Sha512Mac),
}

impl CounterMac {
    pub(crate) fn new(algorithm: Algorithm, key: &[u8]) -> Self {
        match algorithm {
            Algorithm::Sha1 => Self::Sha1(Sha1Mac::new(key)),
            Algorithm::Sha256 => Self::Sha256(Sha256Mac::new(key)),
            Algorithm::Sha512 => Self::Sha512(Sha512Mac::new(key)),
        }
    }

    /// The 31 bits that dynamic truncation takes from the HMAC of `counter` (RFC 4226, section 5.3).
    pub(crate) fn truncated(&self, counter: u64) -> u32 {
        let mut bits = 0;
        self.for_each_truncated([counter].into_iter(), |_, its_bits| bits = its_bits);
        bits
    }

    /// Calls `visit` with each counter and its [`truncated`](Self::truncated) bits, in order. `visit` cannot end the
    /// walk, so the work depends on the counters alone (SEC-16).
    pub(crate) fn for_each_truncated(
        &self,
        counters: impl Iterator<Item = u64>,
        mut visit: impl FnMut(u64, u32),
    ) {
        match self {
            Self::Sha1(mac) => mac.for_each_truncated(counters, &mut visit),
            Self::Sha256(mac) => mac.for_each_truncated(counters, &mut visit),
            Self::Sha512(mac) => mac.for_each_truncated(counters, &mut visit),
        }
    }
}

/// One hash: its compression, the type of its words and one of twice that width, the number of its words, the length of
/// its block, and its initial state.
macro_rules! counter_mac {
    ($name:ident, $hash:ty, $compress:path, $word:ty, $double:ty, $words:literal, $block:literal, $initial:expr) => {
        #[derive(Zeroize, ZeroizeOnDrop)]
        pub(crate) struct $name {
            inner: [$word; $words],
            outer: [$word; $words],
        }

        impl $name {
            const DIGEST: usize = size_of::<[$word; $words]>();

            fn new(key: &[u8]) -> Self {
                let mut block = [0; $block];
                if key.len() <= $block {
                    block[..key.len()].copy_from_slice(key);
                } else {
                    let mut digest = <$hash>::digest(key);
                    block[..digest.len()].copy_from_slice(&digest);
                    digest.as_mut_slice().zeroize();
                }
                let after = |pad: u8, block: &mut [u8; $block]| {
                    block.iter_mut().for_each(|byte| *byte ^= pad);
                    let mut state: [$word; $words] = $initial;
                    $compress(&mut state, std::slice::from_ref(block));
                    state
                };
                let inner = after(0x36, &mut block);
                // The first XOR undoes the inner pad.
                let outer = after(0x36 ^ 0x5C, &mut block);
                block.zeroize();
                Self { inner, outer }
            }

            /// See [`CounterMac::for_each_truncated`].
            fn for_each_truncated(
                &self,
                mut counters: impl Iterator<Item = u64>,
                mut visit: impl FnMut(u64, u32),
            ) {
                let mut batch = [0; LANES];
                loop {
                    let count = batch
                        .iter_mut()
                        .zip(&mut counters)
                        .map(|(slot, counter)| *slot = counter)
                        .count();
                    if count == 0 {
                        return;
                    }
                    let batch = &batch[..count];
                    // The kept states are copied only to where a compression overwrites them: no copy stays behind.
                    let mut states = [[0; $words]; LANES];
                    let mut blocks = [[0; $block]; LANES];
                    for ((counter, state), block) in batch.iter().zip(&mut states).zip(&mut blocks)
                    {
                        *state = self.inner;
                        block[..8].copy_from_slice(&counter.to_be_bytes());
                        pad(block, 8);
                    }
                    let compress_all = |states: &mut [[$word; $words]], blocks: &[[u8; $block]]| {
                        for (state, block) in states[..count].iter_mut().zip(blocks) {
                            $compress(state, std::slice::from_ref(block));
                        }
                    };
                    compress_all(&mut states, &blocks);
                    for (state, block) in states[..count].iter_mut().zip(&mut blocks) {
                        Self::write_digest(state, block);
                        pad(block, Self::DIGEST);
                        *state = self.outer;
                    }
                    compress_all(&mut states, &blocks);
                    for (counter, state) in batch.iter().zip(states) {
                        visit(*counter, Self::truncate(&state));
                    }
                }
            }

            /// Dynamic truncation of the MAC of which `state` is the words (RFC 4226, section 5.3).
            fn truncate(state: &[$word; $words]) -> u32 {
                const WORD: usize = size_of::<$word>();
                let offset = (state[$words - 1] & 0x0F) as usize;
                // The four bytes at `offset` lie in two words at most. Words instead of bytes, because a read across two
                // fresh writes makes the processor wait for both.
                let first = <$double>::from(state[offset / WORD]);
                let second = <$double>::from(state[offset / WORD + 1]);
                let bits =
                    ((first << <$word>::BITS) | second) >> ((2 * WORD - 4 - offset % WORD) * 8);
                // Without the top bit, so that signed and unsigned arithmetic agree.
                bits as u32 & 0x7FFF_FFFF
            }

            fn write_digest(state: &[$word; $words], bytes: &mut [u8]) {
                for (bytes, word) in bytes.chunks_exact_mut(size_of::<$word>()).zip(state) {
                    bytes.copy_from_slice(&word.to_be_bytes());
                }
            }
        }
    };
}

/// Ends a hash of which `block` is the second block and holds a message of `length` bytes (FIPS 180-4, section 5.1): one
/// bit 1, zeros, and the length of both blocks in bits. The zeros stand there already.
fn pad<const BLOCK: usize>(block: &mut [u8; BLOCK], length: usize) {
    block[length] = 0x80;
    let bits = u16::try_from((BLOCK + length) * 8).expect("two blocks are short");
    block[BLOCK - 2..].copy_from_slice(&bits.to_be_bytes());
}

// Initial values: FIPS 180-4, sections 5.3.1, 5.3.3 and 5.3.5.
counter_mac!(
    Sha1Mac,
    Sha1,
    sha1::block_api::compress,
    u32,
    u64,
    5,
    64,
    [
        0x6745_2301,
        0xEFCD_AB89,
        0x98BA_DCFE,
        0x1032_5476,
        0xC3D2_E1F0
    ]
);
counter_mac!(
    Sha256Mac,
    Sha256,
    sha2::block_api::compress256,
    u32,
    u64,
    8,
    64,
    [
        0x6A09_E667,
        0xBB67_AE85,
        0x3C6E_F372,
        0xA54F_F53A,
        0x510E_527F,
        0x9B05_688C,
        0x1F83_D9AB,
        0x5BE0_CD19,
    ]
);
counter_mac!(
    Sha512Mac,
    Sha512,
    sha2::block_api::compress512,
    u64,
    u128,
    8,
    128,
    [
        0x6A09_E667_F3BC_C908,
        0xBB67_AE85_84CA_A73B,
        0x3C6E_F372_FE94_F82B,
        0xA54F_F53A_5F1D_36F1,
        0x510E_527F_ADE6_82D1,
        0x9B05_688C_2B3E_6C1F,
        0x1F83_D9AB_FB41_BD6B,
        0x5BE0_CD19_137E_2179,
    ]
);

#[cfg(test)]
mod tests {
    use hmac::{EagerHash, Hmac, KeyInit, Mac};
    use proptest::prelude::*;

    use super::*;

    /// HMAC by the general implementation, truncated by the letter of RFC 4226, section 5.3.
    fn reference<H: EagerHash>(key: &[u8], counter: u64) -> u32
    where
        Hmac<H>: KeyInit + Mac,
    {
        let mut mac = <Hmac<H> as KeyInit>::new_from_slice(key).unwrap();
        mac.update(&counter.to_be_bytes());
        let mac = mac.finalize().into_bytes();
        let offset = usize::from(mac.last().unwrap() & 0x0F);
        u32::from_be_bytes(mac[offset..offset + 4].try_into().unwrap()) & 0x7FFF_FFFF
    }

    proptest! {
        // Keys shorter than a block, of exactly one, and longer, which HMAC hashes first; up to four batches.
        #[test]
        fn sec_015_the_kept_state_gives_the_hmac_of_the_general_implementation(
            key in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..=300),
                prop::collection::vec(any::<u8>(), 63..=65),
                prop::collection::vec(any::<u8>(), 127..=129),
            ],
            counters in prop::collection::vec(any::<u64>(), 0..=4 * LANES),
        ) {
            for (algorithm, reference) in [
                (Algorithm::Sha1, reference::<Sha1> as fn(&[u8], u64) -> u32),
                (Algorithm::Sha256, reference::<Sha256>),
                (Algorithm::Sha512, reference::<Sha512>),
            ] {
                let mut ours = Vec::new();
                CounterMac::new(algorithm, &key)
                    .for_each_truncated(counters.iter().copied(), |counter, bits| ours.push((counter, bits)));
                let theirs: Vec<_> = counters.iter().map(|counter| (*counter, reference(&key, *counter))).collect();
                prop_assert_eq!(ours, theirs);
            }
        }
    }

    #[test]
    fn truncation_reaches_every_byte_and_drops_the_top_bit() {
        // The example of RFC 4226, section 5.4.
        let mut state = [
            0x1f86_9869,
            0x0e02_ca16,
            0x6185_50ef,
            0x7f19_da8e,
            0x945b_555a,
        ];
        assert_eq!(Sha1Mac::truncate(&state), 0x50ef_7f19);
        state[4] = 0x945b_555f;
        assert_eq!(Sha1Mac::truncate(&state), 0x0e94_5b55, "the highest offset");
        state[4] = 0x945b_5550;
        assert_eq!(Sha1Mac::truncate(&state), 0x1f86_9869, "the lowest");
        state[0] = 0xff86_9869;
        assert_eq!(Sha1Mac::truncate(&state), 0x7f86_9869);

        let bytes =
            |first: u8| u64::from_be_bytes(std::array::from_fn(|index| first + index as u8));
        for offset in 0..16 {
            let state = [
                bytes(0),
                bytes(8),
                bytes(16),
                0,
                0,
                0,
                0,
                u64::MAX << 4 | offset,
            ];
            let [a, b, c, d] = std::array::from_fn(|index| offset as u8 + index as u8);
            assert_eq!(
                Sha512Mac::truncate(&state),
                u32::from_be_bytes([a, b, c, d])
            );
        }
    }

    #[test]
    fn sec_078_a_wiped_key_leaves_no_state() {
        let mut mac = Sha1Mac::new(b"12345678901234567890");
        mac.zeroize();
        assert_eq!((mac.inner, mac.outer), ([0; 5], [0; 5]));
    }
}

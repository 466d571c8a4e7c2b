//! HMAC (RFC 2104) of an 8-byte counter, with the state after the key kept for each hash. Not a general HMAC.
//!
//! A code needs two compressions after the key and two for the key itself, so judging a window from the kept state
//! halves the work. The message's length never varies, so both messages are one block each and their padding is known.

use sha1::{Digest, Sha1};
use sha2::{Sha256, Sha512};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::hotp::Algorithm;

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
        match self {
            Self::Sha1(mac) => dynamic_truncation(&mac.authenticate(counter)),
            Self::Sha256(mac) => dynamic_truncation(&mac.authenticate(counter)),
            Self::Sha512(mac) => dynamic_truncation(&mac.authenticate(counter)),
        }
    }
}

fn dynamic_truncation(mac: &[u8]) -> u32 {
    let offset = usize::from(mac[mac.len() - 1] & 0x0F);
    let word = mac[offset..offset + 4]
        .try_into()
        .expect("offset + 4 <= 19, and every MAC has 20 bytes or more");
    // Without the top bit, so that signed and unsigned arithmetic agree.
    u32::from_be_bytes(word) & 0x7FFF_FFFF
}

/// One hash: its words, their number, its block and the width of the length that ends its padding, in bytes.
macro_rules! counter_mac {
    ($name:ident, $hash:ty, $compress:path, $word:ty, $words:literal, $block:literal, $initial:expr) => {
        #[derive(Zeroize, ZeroizeOnDrop)]
        pub(crate) struct $name {
            inner: [$word; $words],
            outer: [$word; $words],
        }

        impl $name {
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

            fn authenticate(&self, counter: u64) -> [u8; size_of::<[$word; $words]>()] {
                let digest = Self::finish(self.inner, counter.to_be_bytes());
                Self::finish(self.outer, digest)
            }

            /// Hashes `message` after the one block that `state` has seen.
            fn finish<const LENGTH: usize>(
                mut state: [$word; $words],
                message: [u8; LENGTH],
            ) -> [u8; size_of::<[$word; $words]>()] {
                // FIPS 180-4, section 5.1: one bit 1, zeros, and at the end the length of everything in bits, which
                // here fits the last two bytes.
                let mut block = [0; $block];
                block[..LENGTH].copy_from_slice(&message);
                block[LENGTH] = 0x80;
                let bits = u16::try_from(($block + LENGTH) * 8).expect("two blocks are short");
                block[$block - 2..].copy_from_slice(&bits.to_be_bytes());
                $compress(&mut state, &[block]);

                let mut digest = [0; size_of::<[$word; $words]>()];
                for (bytes, word) in digest.chunks_exact_mut(size_of::<$word>()).zip(state) {
                    bytes.copy_from_slice(&word.to_be_bytes());
                }
                digest
            }
        }
    };
}

// Initial values: FIPS 180-4, sections 5.3.1, 5.3.3 and 5.3.5.
counter_mac!(
    Sha1Mac,
    Sha1,
    sha1::block_api::compress,
    u32,
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

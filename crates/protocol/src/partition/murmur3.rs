//! MurmurHash3, the two forms that Cosmos DB hashes partition keys with.
//!
//! Source of the algorithm: Austin Appleby's public-domain `MurmurHash3.cpp`.

/// The 32-bit hash for x86, used by version 1 of partition key hashing.
pub fn x86_32(bytes: &[u8], seed: u32) -> u32 {
    let (blocks, tail) = bytes.as_chunks::<4>();
    let mut hash = seed;
    for block in blocks {
        hash ^= mix_32(u32::from_le_bytes(*block));
        hash = hash
            .rotate_left(13)
            .wrapping_mul(5)
            .wrapping_add(0xE654_6B64);
    }
    if !tail.is_empty() {
        let mut last = [0; 4];
        for (to, from) in last.iter_mut().zip(tail) {
            *to = *from;
        }
        hash ^= mix_32(u32::from_le_bytes(last));
    }
    let [b0, b1, b2, b3, ..] = (bytes.len() as u64).to_le_bytes();
    hash ^= u32::from_le_bytes([b0, b1, b2, b3]); // the algorithm counts the length modulo 2^32
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85EB_CA6B);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xC2B2_AE35);
    hash ^ (hash >> 16)
}

fn mix_32(block: u32) -> u32 {
    block
        .wrapping_mul(0xCC9E_2D51)
        .rotate_left(15)
        .wrapping_mul(0x1B87_3593)
}

const C1: u64 = 0x87C3_7B91_1142_53D5;
const C2: u64 = 0x4CF5_AD43_2745_937F;

/// The 128-bit hash for x64, used by version 2 of partition key hashing: the low and the high 64 bits.
pub fn x64_128(bytes: &[u8], seed: u64) -> (u64, u64) {
    x64_128_from(bytes, (seed, seed))
}

/// [`x64_128`] from any 128-bit state, low half first: how the structural hash of JSON values chains its parts.
pub fn x64_128_from(bytes: &[u8], (mut low, mut high): (u64, u64)) -> (u64, u64) {
    let (blocks, tail) = bytes.as_chunks::<16>();
    for block in blocks {
        let (k1, k2) = halves(*block);
        low = (low ^ mix_low(k1)).rotate_left(27).wrapping_add(high);
        low = low.wrapping_mul(5).wrapping_add(0x52DC_E729);
        high = (high ^ mix_high(k2)).rotate_left(31).wrapping_add(low);
        high = high.wrapping_mul(5).wrapping_add(0x3849_5AB5);
    }
    if !tail.is_empty() {
        let mut last = [0; 16];
        for (to, from) in last.iter_mut().zip(tail) {
            *to = *from;
        }
        let (k1, k2) = halves(last);
        high ^= mix_high(k2); // a zero half mixes to zero, so short tails need no case of their own
        low ^= mix_low(k1);
    }
    let length = bytes.len() as u64;
    low ^= length;
    high ^= length;
    low = low.wrapping_add(high);
    high = high.wrapping_add(low);
    low = finish_64(low);
    high = finish_64(high);
    low = low.wrapping_add(high);
    high = high.wrapping_add(low);
    (low, high)
}

fn halves(block: [u8; 16]) -> (u64, u64) {
    let number = u128::from_le_bytes(block);
    let low = number & u128::from(u64::MAX);
    let high = number >> 64;
    // Both fit 64 bits by construction; the fallback is never taken and costs nothing.
    (
        u64::try_from(low).unwrap_or_default(),
        u64::try_from(high).unwrap_or_default(),
    )
}

fn mix_low(k: u64) -> u64 {
    k.wrapping_mul(C1).rotate_left(31).wrapping_mul(C2)
}

fn mix_high(k: u64) -> u64 {
    k.wrapping_mul(C2).rotate_left(33).wrapping_mul(C1)
}

fn finish_64(mut k: u64) -> u64 {
    k = (k ^ (k >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    k = (k ^ (k >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    k ^ (k >> 33)
}

#[cfg(test)]
mod tests {
    use super::{x64_128, x86_32};

    /// Published test vectors of the reference implementation.
    #[test]
    fn the_reference_vectors_hold() {
        assert_eq!(x86_32(b"", 0), 0);
        assert_eq!(x86_32(b"", 1), 0x514E_28B7);
        assert_eq!(x86_32(b"", 0xFFFF_FFFF), 0x81F1_6F39);
        assert_eq!(x86_32(b"test", 0), 0xBA6B_D213);
        assert_eq!(x86_32(b"Hello, world!", 0x9747_B28C), 0x2488_4CBA);
        assert_eq!(
            x86_32(b"The quick brown fox jumps over the lazy dog", 0),
            0x2E4F_F723
        );
        assert_eq!(x64_128(b"", 0), (0, 0));
        assert_eq!(
            x64_128(b"hello", 0),
            (0xCBD8_A7B3_41BD_9B02, 0x5B1E_906A_48AE_1D19)
        );
        assert_eq!(
            x64_128(b"The quick brown fox jumps over the lazy dog", 0),
            (0xE34B_BC7B_BC07_1B6C, 0x7A43_3CA9_C49A_9347)
        );
    }
}

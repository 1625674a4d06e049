//! RSA signatures made without the private key, of what a careless reader of PKCS#1 v1.5 lets pass. Nothing of this is accepted.

use openssl::{
    bn::{BigNum, BigNumContext},
    pkey::{PKey, Private},
    rsa::Rsa,
    sha::sha256,
};

/// What makes a power of two look like a modulus.
pub const ODD: u32 = 1_234_566;

/// How a SHA-256 hash is told apart from others.
const SHA256: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// A real key whose signatures are cubes.
pub fn key_with_exponent_three() -> PKey<Private> {
    let three = BigNum::from_u32(3).expect("three");
    PKey::from_rsa(Rsa::generate_with_e(2_048, &three).expect("a key")).expect("a key")
}

/// A hash with all the padding that belongs before it.
pub fn padded(text: &[u8], length: usize) -> Vec<u8> {
    let end = [SHA256.as_slice(), &sha256(text)].concat();
    [&[0, 1], vec![0xff; length - 3 - end.len()].as_slice(), &[0], &end].concat()
}

/// The cube root of something that begins like a padded hash, in one of four ways.
pub fn forge(key: &PKey<Private>, text: &[u8], way: usize) -> Vec<u8> {
    let length = usize::try_from(key.rsa().expect("an RSA key").size()).expect("a length");
    let (prefix, hash) = ([SHA256.as_slice(), &sha256(text)].concat(), sha256(text).to_vec());
    let begin = match way {
        0 => [&[0, 1], [0xff; 8].as_slice(), &[0], &prefix].concat(),
        1 => [&[0, 1, 0xff, 0], prefix.as_slice()].concat(),
        2 => [&[0, 1, 0], prefix.as_slice()].concat(),
        _ => [&[0, 1, 0], hash.as_slice()].concat(),
    };
    let mut wanted = begin.clone();
    wanted.resize(length, 0xff);
    let root = cube_root(&BigNum::from_slice(&wanted).expect("a number"));
    assert!(cube(&root).to_vec().starts_with(begin.trim_ascii_start().strip_prefix(&[0]).expect("a zero")), "the forgery is one");
    root.to_vec_padded(i32::try_from(length).expect("a length")).expect("a signature")
}

fn cube(root: &BigNum) -> BigNum {
    let (mut context, mut square, mut cube) = (BigNumContext::new().unwrap(), BigNum::new().unwrap(), BigNum::new().unwrap());
    square.sqr(root, &mut context).unwrap();
    cube.checked_mul(&square, root, &mut context).unwrap();
    cube
}

/// The largest number whose cube is no larger, found bit by bit.
fn cube_root(number: &BigNum) -> BigNum {
    let mut root = BigNum::from_u32(0).unwrap();
    for bit in (0..=number.num_bits() / 3 + 1).rev() {
        root.set_bit(bit).unwrap();
        if cube(&root) > *number {
            root.clear_bit(bit).unwrap();
        }
    }
    root
}

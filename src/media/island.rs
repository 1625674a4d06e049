//! The picture of an actor who has none: an island of its own, drawn from its handle, the same on every instance.

use std::f64::consts::TAU;

use image::{ImageFormat, Rgb, RgbImage};

const SIDE: u32 = 400;
/// How many directions the coast is computed in; between two of them it is straight.
const DIRECTIONS: usize = 512;

/// Sea, shallows, beach, land, hill: one row per palette.
const PALETTES: [[[u8; 3]; 5]; 6] = [
    [[38, 92, 112], [74, 142, 152], [233, 214, 170], [122, 154, 99], [84, 122, 84]],
    [[31, 78, 105], [66, 128, 150], [240, 222, 184], [154, 166, 96], [110, 130, 76]],
    [[52, 84, 122], [96, 136, 166], [236, 208, 176], [104, 146, 122], [70, 114, 104]],
    [[44, 98, 98], [88, 150, 140], [244, 228, 196], [176, 160, 98], [136, 124, 82]],
    [[62, 78, 110], [106, 128, 158], [230, 212, 190], [140, 150, 110], [100, 116, 92]],
    [[28, 88, 120], [70, 142, 168], [246, 220, 172], [132, 168, 110], [92, 132, 92]],
];

/// Draws the island of a handle: a PNG of 400 by 400.
#[must_use]
pub fn island(handle: &str) -> Vec<u8> {
    let mut dice = Dice::new(handle);
    let palette = PALETTES[dice.below(PALETTES.len())];
    let mut shapes = vec![Shape::draw(&mut dice, (0.5, 0.5), 0.27)];
    for _ in 0..=dice.below(3) {
        let (angle, distance) = (dice.fraction() * TAU, 0.38 + dice.fraction() * 0.06);
        let middle = (0.5 + distance * angle.cos(), 0.5 + distance * angle.sin());
        let size = 0.03 + dice.fraction() * 0.035;
        shapes.push(Shape::draw(&mut dice, middle, size));
    }
    let picture = RgbImage::from_fn(SIDE, SIDE, |x, y| {
        let at = (f64::from(x) / f64::from(SIDE), f64::from(y) / f64::from(SIDE));
        let depth = shapes.iter().map(|shape| shape.inland(at)).fold(f64::MIN, f64::max);
        colour(&palette, depth)
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    // Writing to memory cannot fail; no picture would be the honest outcome if it did.
    let _ = picture.write_to(&mut bytes, ImageFormat::Png);
    bytes.into_inner()
}

/// A coast around a middle.
struct Shape {
    middle: (f64, f64),
    reach: Vec<f64>,
}

impl Shape {
    fn draw(dice: &mut Dice, middle: (f64, f64), size: f64) -> Self {
        let waves: Vec<(f64, f64, f64)> =
            [2.0, 3.0, 5.0, 8.0].iter().map(|bays| (*bays, dice.fraction() * TAU, dice.fraction() * 0.42 / bays)).collect();
        let reach = (0_u16..512)
            .map(|step| f64::from(step) / 512.0 * TAU)
            .map(|angle| {
                size * (1.0 + waves.iter().map(|(bays, turn, height)| height * (bays * angle + turn).sin()).sum::<f64>())
            })
            .collect();
        Self { middle, reach }
    }

    /// How far inside the coast a point lies; negative at sea.
    fn inland(&self, (x, y): (f64, f64)) -> f64 {
        let (right, down) = (x - self.middle.0, y - self.middle.1);
        let turn = (down.atan2(right) + TAU) / TAU;
        self.reach[whole(turn * 512.0) % DIRECTIONS] - right.hypot(down)
    }
}

/// The colour at a depth: flat bands with soft edges.
fn colour(palette: &[[u8; 3]; 5], depth: f64) -> Rgb<u8> {
    const EDGES: [f64; 4] = [-0.035, 0.0, 0.028, 0.13];
    const SOFT: f64 = 0.004;
    let band = EDGES.iter().filter(|edge| depth >= **edge).count();
    let into = EDGES.get(band.wrapping_sub(1)).map_or(1.0, |edge| ((depth - edge) / SOFT).min(1.0));
    let outer = palette[band.saturating_sub(1)];
    let inner = palette[band];
    Rgb([0, 1, 2].map(|part| blend(outer[part], inner[part], into)))
}

fn blend(from: u8, to: u8, part: f64) -> u8 {
    u8::try_from(whole(f64::from(from) + (f64::from(to) - f64::from(from)) * part + 0.5)).unwrap_or(u8::MAX)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "callers give small positive numbers")]
fn whole(number: f64) -> usize {
    number as usize
}

/// Numbers that follow from a handle, in order (splitmix64 over an FNV hash).
struct Dice(u64);

impl Dice {
    fn new(seed: &str) -> Self {
        let hash = |sum: u64, byte: u8| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Self(seed.bytes().fold(0xcbf2_9ce4_8422_2325, hash))
    }

    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from(mixed >> 32).unwrap_or(u32::MAX)
    }

    fn fraction(&mut self) -> f64 {
        f64::from(self.next()) / f64::from(u32::MAX)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next()).unwrap_or(0) % limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_has_one_island_and_another_handle_another() {
        assert_eq!(island("spoor"), island("spoor"));
        assert_ne!(island("spoor"), island("spraak"));
    }

    #[test]
    fn an_island_is_a_png_of_400_by_400() {
        let picture = image::load_from_memory_with_format(&island("klare_taal"), ImageFormat::Png).unwrap();
        assert_eq!((picture.width(), picture.height()), (400, 400));
    }
}

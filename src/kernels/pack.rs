//! Weights in the order in which the kernels read them.

use super::CHANNEL_ALIGN;
use super::isa::bf16;

/// The vectors that weights are packed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lanes {
    /// Lanes of a vector, 32 bits each.
    pub count: usize,
    /// Numbers of a product's operands in a lane: one f32, or two bf16 that follow each other in depth.
    pub numbers: usize,
}

impl Lanes {
    /// Vectors of f32.
    pub const fn f32(count: usize) -> Lanes {
        Lanes { count, numbers: 1 }
    }
}

/// How the columns of a matrix are cut into panels of up to three vectors, each stored depth by depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panels {
    /// Rows of the matrix.
    pub depth: usize,
    /// Columns of the matrix.
    pub columns: usize,
    /// Vectors that hold a row.
    pub vectors: usize,
    /// The vectors.
    pub lanes: Lanes,
}

impl Panels {
    /// Panels for a matrix of `depth` x `columns`.
    pub fn new(depth: usize, columns: usize, lanes: Lanes) -> Self {
        Panels { depth, columns, vectors: columns.div_ceil(lanes.count), lanes }
    }

    /// Vectors of a full panel. Sixteen registers of eight lanes hold the sums of 6 x 2 vectors or of 4 x 3: the
    /// first read less for each multiply-add.
    fn full(&self) -> usize {
        if self.lanes.count == 8 { 2 } else { 3 }
    }

    /// Columns of the widest panel, padded.
    pub fn widest(&self) -> usize {
        self.full().min(self.vectors) * self.lanes.count
    }

    /// Full panels, and others behind them. A last vector is not left alone: a tile of one vector loads as much as
    /// it multiplies.
    fn split(&self) -> (usize, [usize; 2]) {
        let full = self.full();
        match (self.vectors / full, self.vectors % full) {
            (count, 0) => (count, [0, 0]),
            (0, rest) => (0, [rest, 0]),
            (count, 1) if full == 2 => (count - 1, [3, 0]),
            (count, 1) => (count - 1, [2, 2]),
            (count, rest) => (count, [rest, 0]),
        }
    }

    /// Count of panels.
    pub fn count(&self) -> usize {
        let (full, rest) = self.split();
        full + rest.iter().filter(|&&width| width > 0).count()
    }

    /// A panel's first vector and its width in vectors.
    pub fn panel(&self, index: usize) -> (usize, usize) {
        let (full, rest) = self.split();
        match index.checked_sub(full) {
            None => (index * self.full(), self.full()),
            Some(0) => (full * self.full(), rest[0]),
            Some(_) => (full * self.full() + rest[0], rest[1]),
        }
    }

    /// Steps of depth: as many as rows, or half of them where a lane holds two numbers.
    pub fn steps(&self) -> usize {
        self.depth.div_ceil(self.lanes.numbers)
    }

    /// Lanes from row to row of the left side, once it is rounded to the numbers of the lanes.
    pub fn left_stride(&self) -> usize {
        self.steps().next_multiple_of(CHANNEL_ALIGN)
    }

    /// Lanes in the packed matrix.
    pub fn elements(&self) -> usize {
        self.steps() * self.width()
    }

    /// Columns, padded to whole vectors.
    pub fn width(&self) -> usize {
        self.vectors * self.lanes.count
    }

    /// Packs rows `first_row..` of the matrix from `part`, row-major, each column multiplied by its
    /// scale. Columns beyond the matrix are zeros.
    pub fn pack(&self, packed: &mut [f32], first_row: usize, part: &[f32], scales: &[f64]) {
        assert_eq!((packed.len(), scales.len()), (self.elements(), self.columns));
        let Lanes { count: lanes, numbers } = self.lanes;
        for index in 0..self.count() {
            let (start, width) = self.panel(index);
            let (start, width) = (start * lanes, width * lanes);
            let end = (start + width).min(self.columns);
            let panel = &mut packed[start * self.steps()..][..width * self.steps()];
            for (row, from) in part.chunks_exact(self.columns).enumerate() {
                let row = first_row + row;
                let to = &mut panel[row / numbers * width..][..width];
                let mut values = [0.0; WIDEST];
                let columns = from[start..end].iter().zip(&scales[start..end]);
                for (value, (from, scale)) in values.iter_mut().zip(columns) {
                    *value = (f64::from(*from) * scale) as f32;
                }
                let lanes = to.iter_mut().zip(&values);
                match (numbers, row % numbers) {
                    (1, _) => lanes.for_each(|(to, value)| *to = *value),
                    (_, 0) => lanes.for_each(|(to, value)| *to = f32::from_bits(bf16(*value))),
                    _ => {
                        lanes.for_each(|(to, value)| *to = f32::from_bits(to.to_bits() | bf16(*value) << 16))
                    }
                }
            }
        }
    }
}

/// Lanes of the widest panel.
const WIDEST: usize = 3 * CHANNEL_ALIGN;

/// Depthwise weights, window by channel, as the kernels read them: channels in vectors, and for each
/// vector its window. Channels beyond the last are zeros.
pub fn pack_depthwise(packed: &mut [f32], window: usize, channels: usize, lanes: usize, weights: &[f32]) {
    assert_eq!(weights.len(), window * channels);
    for (vector, packed) in packed.chunks_exact_mut(window * lanes).enumerate() {
        let first = vector * lanes;
        let count = lanes.min(channels - first);
        for (tap, to) in packed.chunks_exact_mut(lanes).enumerate() {
            to[..count].copy_from_slice(&weights[tap * channels + first..][..count]);
            to[count..].fill(0.0);
        }
    }
}

/// Numbers in packed depthwise weights.
pub fn packed_depthwise_elements(window: usize, channels: usize, lanes: usize) -> usize {
    window * channels.next_multiple_of(lanes)
}

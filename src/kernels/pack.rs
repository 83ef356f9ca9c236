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
    /// Whether instructions multiply whole tiles, see [`TILE`].
    pub tiles: bool,
}

/// Rows of a tile of the left side, and its steps of depth.
pub const TILE: usize = 16;

/// Tiles of rows, and vectors of columns, that are multiplied together.
pub const TILES: usize = 2;

impl Lanes {
    /// Vectors of f32.
    pub const fn f32(count: usize) -> Lanes {
        Lanes { count, numbers: 1, tiles: false }
    }
}

/// How the columns of a matrix are cut into panels of up to three vectors, each stored depth by depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panels {
    /// Rows of the matrix.
    pub depth: usize,
    /// Columns of the matrix.
    pub columns: usize,
    /// The vectors.
    pub lanes: Lanes,
    /// Columns of the last panel for which rows share vectors.
    shared: usize,
    /// Vectors of a full panel.
    full: usize,
    /// Full panels.
    full_count: usize,
    /// Vectors of the panels behind them, which may be none.
    rest: [usize; 2],
}

/// Columns that pass a product together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panel {
    /// Whole vectors.
    pub vectors: usize,
    /// Columns behind them, for which rows share vectors; padded to four, eight or twelve.
    pub shared: usize,
    /// The first column, and the floats of a step of depth in front of its own.
    pub column: usize,
    lanes: usize,
}

impl Panel {
    /// Floats of a step of depth. Columns that share vectors are written twice, as far as a window of lanes reaches.
    pub(super) const fn floats(vectors: usize, shared: usize, lanes: usize) -> usize {
        let windows = if shared == 0 {
            0
        } else if lanes.is_multiple_of(shared) {
            lanes
        } else {
            2 * shared
        };
        vectors * lanes + windows
    }

    /// See [`Panel::floats`].
    pub(super) fn step(&self) -> usize {
        Panel::floats(self.vectors, self.shared, self.lanes)
    }
}

impl Panels {
    /// Panels for a matrix of `depth` x `columns`.
    pub fn new(depth: usize, columns: usize, lanes: Lanes) -> Self {
        let shared = if lanes.tiles { 0 } else { shared(columns, lanes.count) };
        let vectors = if shared > 0 { columns / lanes.count } else { columns.div_ceil(lanes.count) };
        let (full, full_count, rest) = match lanes.tiles {
            true => (TILES, vectors / TILES, [vectors % TILES, 0]),
            false => split(vectors, shared > 0, lanes.count),
        };
        Panels { depth, columns, lanes, shared, full, full_count, rest }
    }

    /// Count of panels.
    pub fn count(&self) -> usize {
        self.full_count + self.rest.iter().filter(|&&vectors| vectors > 0).count()
    }

    /// A panel.
    pub fn panel(&self, index: usize) -> Panel {
        let (before, vectors) = match index.checked_sub(self.full_count) {
            None => (index * self.full, self.full),
            Some(0) => (self.full_count * self.full, self.rest[0]),
            Some(_) => (self.full_count * self.full + self.rest[0], self.rest[1]),
        };
        let shared = if index + 1 == self.count() { self.shared } else { 0 };
        Panel { vectors, shared, column: before * self.lanes.count, lanes: self.lanes.count }
    }

    /// Floats of the widest panel's step of depth.
    pub fn widest(&self) -> usize {
        (0..self.count()).map(|index| self.panel(index).step()).max().unwrap_or(1)
    }

    /// Steps of depth: as many as rows, or half of them where a lane holds two numbers; rounded up
    /// to whole tiles where instructions multiply those.
    pub fn steps(&self) -> usize {
        self.depth.div_ceil(self.lanes.numbers).next_multiple_of(if self.lanes.tiles { TILE } else { 1 })
    }

    /// Lanes from row to row of the left side, once it is rounded to the numbers of the lanes.
    pub fn left_stride(&self) -> usize {
        self.steps().next_multiple_of(CHANNEL_ALIGN)
    }

    /// The rows that `rows` of the left side take: they are rounded up to whole tiles where instructions multiply those.
    pub fn left_rows(&self, rows: usize) -> usize {
        rows.next_multiple_of(if self.lanes.tiles { TILES * TILE } else { 1 })
    }

    /// Lanes in the packed matrix.
    pub fn elements(&self) -> usize {
        let last = self.panel(self.count() - 1);
        self.steps() * (last.column + last.step())
    }

    /// Columns, padded to whole vectors.
    pub fn width(&self) -> usize {
        self.columns.next_multiple_of(self.lanes.count)
    }

    /// Packs rows `first_row..` of the matrix from `part`, row-major, each column multiplied by its
    /// scale. Columns and steps beyond the matrix are zeros.
    pub fn pack(&self, packed: &mut [f32], first_row: usize, part: &[f32], scales: &[f64]) {
        assert_eq!((packed.len(), scales.len()), (self.elements(), self.columns));
        let Lanes { count: lanes, numbers, .. } = self.lanes;
        for index in 0..self.count() {
            let panel = self.panel(index);
            let whole = panel.vectors * lanes;
            let end = (panel.column + whole + panel.shared).min(self.columns);
            let step = panel.step();
            let packed = &mut packed[panel.column * self.steps()..][..step * self.steps()];
            for (row, from) in part.chunks_exact(self.columns).enumerate() {
                let row = first_row + row;
                let mut values = [0.0; WIDEST];
                let columns = from[panel.column..end].iter().zip(&scales[panel.column..end]);
                for (value, (from, scale)) in values.iter_mut().zip(columns) {
                    *value = (f64::from(*from) * scale) as f32;
                }
                values.copy_within(whole..whole + panel.shared, whole + panel.shared);
                let lanes = packed[row / numbers * step..][..step].iter_mut().zip(&values);
                match (numbers, row % numbers) {
                    (1, _) => lanes.for_each(|(to, value)| *to = *value),
                    (_, 0) => lanes.for_each(|(to, value)| *to = f32::from_bits(bf16(*value))),
                    _ => {
                        lanes.for_each(|(to, value)| *to = f32::from_bits(to.to_bits() | bf16(*value) << 16))
                    }
                }
            }
            if first_row + part.len() / self.columns == self.depth {
                packed[self.depth.div_ceil(numbers) * step..].fill(0.0);
            }
        }
    }
}

/// Columns for which rows share vectors, padded: those behind the last whole vector, where they leave a quarter of
/// another one idle or more. A tile without whole vectors would load more than it multiplies.
fn shared(columns: usize, lanes: usize) -> usize {
    match (lanes, columns / lanes, columns % lanes) {
        (_, 0, _) | (_, _, 0) => 0,
        (16, _, rest) if rest <= 12 => rest.next_multiple_of(4).max(8),
        (8, _, rest) if rest <= 4 => 4,
        _ => 0,
    }
}

/// Vectors of a full panel, count of those, and the vectors of panels behind them. Sixteen registers of eight lanes hold
/// the sums of 6 x 2 vectors or of 4 x 3: the first read less for each multiply-add. A last vector is not left alone: a
/// tile of one vector loads as much as it multiplies. Beside those that rows share there are one or two.
fn split(vectors: usize, sharing: bool, lanes: usize) -> (usize, usize, [usize; 2]) {
    let full = if lanes == 8 { 2 } else { 3 };
    let (count, rest) = match (vectors / full, vectors % full) {
        (count, 0) if sharing && full == 2 => (count - 1, [2, 0]),
        (count, 0) if sharing => (count - 1, [2, 1]),
        (count, 0) => (count, [0, 0]),
        (count, 1) if count == 0 || sharing && full == 2 => (count, [1, 0]),
        (count, 1) if full == 2 => (count - 1, [3, 0]),
        (count, 1) => (count - 1, [2, 2]),
        (count, rest) => (count, [rest, 0]),
    };
    (full, count, rest)
}

/// Lanes of the widest panel's step: two vectors, and twelve columns twice.
const WIDEST: usize = 2 * CHANNEL_ALIGN + 24;

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

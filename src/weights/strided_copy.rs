//! Copies a tensor from a file's layout to row-major numbers in the canonical order of dimensions.

/// Side of the square blocks in which two dimensions are swapped: a block's lines of both sides fit L1.
const BLOCK: usize = 32;

/// Where a tensor's numbers are in a file, by the dimensions of the copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StridedView {
    /// Size of each dimension.
    pub shape: Vec<usize>,
    /// Numbers from one index of that dimension to the next.
    pub strides: Vec<usize>,
    /// Numbers before the first one.
    pub offset: usize,
}

impl StridedView {
    /// Numbers in it; `None` beyond what can be counted.
    pub fn elements(&self) -> Option<usize> {
        self.shape.iter().try_fold(1usize, |product, size| product.checked_mul(*size))
    }

    /// The place after its last number; `None` beyond what can be counted.
    pub fn end(&self) -> Option<usize> {
        if self.shape.contains(&0) {
            return Some(self.offset);
        }
        self.shape.iter().zip(&self.strides).try_fold(self.offset.checked_add(1)?, |end, (size, stride)| {
            end.checked_add((size - 1).checked_mul(*stride)?)
        })
    }

    /// The numbers of `source` (each of `SIZE` bytes) that it names, row-major.
    ///
    /// # Panics
    /// When the view goes beyond the source; readers check [`StridedView::end`] before.
    pub fn strided_copy<const SIZE: usize>(&self, source: &[u8]) -> Vec<u8> {
        let (source, _) = source.as_chunks::<SIZE>();
        let mut bytes = vec![0; self.elements().expect("a checked view") * SIZE];
        let (out, _) = bytes.as_chunks_mut::<SIZE>();
        if out.is_empty() {
            return bytes;
        }
        let axes = self.merged_axes();
        match axes.as_slice() {
            [] => out.copy_from_slice(&source[self.offset..self.offset + out.len()]),
            [Axis { stride: 1, .. }] => out.copy_from_slice(&source[self.offset..self.offset + out.len()]),
            [axis] => copy_2d(out, &source[self.offset..], Axis::ONE, *axis),
            [outer @ .., inner] => {
                // Walks the dimension with the smallest stride in the source and the one with the smallest stride in
                // the result together, in blocks.
                let close = (0..outer.len()).min_by_key(|i| outer[*i].stride).unwrap_or(0);
                let rest: Vec<_> =
                    outer.iter().enumerate().filter(|(i, _)| *i != close).map(|(_, a)| *a).collect();
                for_each_offset(&rest, &mut |from, to| {
                    copy_2d(&mut out[to..], &source[self.offset + from..], outer[close], *inner);
                });
            }
        }
        bytes
    }

    /// Its dimensions, without those of size one. Dimensions that are contiguous in the source are joined.
    fn merged_axes(&self) -> Vec<Axis> {
        let mut axes: Vec<Axis> = Vec::new();
        let mut place = 1;
        for (&size, &stride) in self.shape.iter().zip(&self.strides).rev() {
            if size == 1 {
                continue;
            }
            match axes.last_mut() {
                Some(inner) if inner.size * inner.stride == stride => inner.size *= size,
                _ => axes.push(Axis { size, stride, place }),
            }
            place *= size;
        }
        axes.reverse();
        axes
    }
}

/// A dimension: its size, and what a step along it is in the source and in the result.
#[derive(Debug, Clone, Copy)]
struct Axis {
    size: usize,
    stride: usize,
    place: usize,
}

impl Axis {
    const ONE: Axis = Axis { size: 1, stride: 0, place: 0 };
}

/// Calls `visit` with the offsets, in the source and in the result, of every index of `axes`.
fn for_each_offset(axes: &[Axis], visit: &mut impl FnMut(usize, usize)) {
    let mut index = vec![0; axes.len()];
    loop {
        let offset = |step: fn(&Axis) -> usize| index.iter().zip(axes).map(|(i, axis)| i * step(axis)).sum();
        visit(offset(|axis| axis.stride), offset(|axis| axis.place));
        let Some(next) = (0..axes.len()).rev().find(|i| index[*i] + 1 < axes[*i].size) else { return };
        index[next] += 1;
        index[next + 1..].fill(0);
    }
}

fn copy_2d<T: Copy>(out: &mut [T], source: &[T], rows: Axis, columns: Axis) {
    for row_block in (0..rows.size).step_by(BLOCK) {
        for column_block in (0..columns.size).step_by(BLOCK) {
            for row in row_block..rows.size.min(row_block + BLOCK) {
                for column in column_block..columns.size.min(column_block + BLOCK) {
                    let from = row * rows.stride + column * columns.stride;
                    out[row * rows.place + column * columns.place] = source[from];
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naive(view: &StridedView, source: &[u16]) -> Vec<u16> {
        let count = view.elements().unwrap();
        (0..count)
            .map(|mut flat| {
                let mut from = view.offset;
                for (size, stride) in view.shape.iter().zip(&view.strides).rev() {
                    from += flat % size * stride;
                    flat /= size;
                }
                source[from]
            })
            .collect()
    }

    #[test]
    fn any_order_of_dimensions_is_that_of_the_naive_walk() {
        let source: Vec<u16> = (0..40_000).collect();
        for (shape, strides, offset) in [
            (vec![7], vec![1], 3),
            (vec![7], vec![5], 1),
            (vec![3, 5, 7], vec![35, 7, 1], 0),
            (vec![65, 33], vec![1, 65], 2),            // a dense kernel turned
            (vec![5, 5, 37], vec![5, 1, 25], 0),       // depthwise from C, 1, k, k
            (vec![3, 3, 3, 10], vec![3, 1, 9, 27], 0), // O, I, H, W to H, W, I, O
            (vec![4, 1, 6], vec![100, 9, 2], 11),      // holes
            (vec![3, 4], vec![0, 1], 5),               // expanded
            (vec![1, 1], vec![1, 1], 9),
            (vec![0, 4], vec![4, 1], 9),
        ] {
            let view = StridedView { shape, strides, offset };
            assert!(view.end().unwrap() <= source.len());
            let bytes = view.strided_copy::<2>(bytemuck::cast_slice(&source));
            assert_eq!(bytes, bytemuck::cast_slice::<u16, u8>(&naive(&view, &source)), "{view:?}");
        }
    }

    #[test]
    fn a_view_beyond_all_counting_has_no_end() {
        let view = StridedView { shape: vec![usize::MAX, 3], strides: vec![2, 1], offset: 0 };
        assert_eq!((view.end(), view.elements()), (None, None));
    }
}

//! Debug builds hold every region to what it has to write: marked before, looked for afterwards.

use super::step::Pass;

/// Numbers that a debug build writes where a step has to write: no computation gives this NaN.
const UNWRITTEN: u32 = 0x7fc5_a5a5;

impl Pass<'_> {
    /// Marks what a region has to write.
    ///
    /// # Safety
    /// Nobody works on the arena.
    pub(super) unsafe fn mark(&self, region: usize) {
        self.for_each_written(region, |_, row| row.fill(f32::from_bits(UNWRITTEN)));
    }

    /// Checks that a region has written all of it.
    ///
    /// # Safety
    /// Nobody works on the arena.
    ///
    /// # Panics
    /// When a number has been left out.
    pub(super) unsafe fn check(&self, region: usize) {
        self.for_each_written(region, |name, row| {
            let unwritten = row.iter().filter(|value| value.to_bits() == UNWRITTEN).count();
            assert!(unwritten == 0, "{name}: {unwritten} channels of a pixel were not written");
        });
    }

    fn for_each_written(&self, region: usize, mut visit: impl FnMut(&str, &mut [f32])) {
        for step in &self.plan.steps[self.plan.regions[region].clone()] {
            for id in step.writes() {
                let shape = self.plan.buffer(id).shape;
                for pixel in 0..shape.pixels() {
                    // SAFETY: the pixel is within the arena; see the callers for who else is there.
                    visit(&step.name, unsafe {
                        std::slice::from_raw_parts_mut(self.pixel(id, pixel), shape.channels)
                    });
                }
            }
        }
    }
}

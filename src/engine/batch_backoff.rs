//! Batches that do not fit into a device's memory: they are halved until they do, and later ones start at
//! the size that fitted.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::Result;

/// Called when a batch is made smaller.
pub type Notice = Box<dyn Fn(&str) + Send + Sync>;

/// The batch sizes that fit into a device's memory.
#[derive(Default)]
pub(super) struct BatchBackoff {
    /// Images that fitted; 0 while nothing has failed.
    most: AtomicUsize,
    notice: OnceLock<Notice>,
}

impl BatchBackoff {
    /// Called when a batch is made smaller; set once.
    pub(super) fn tell(&self, notice: Notice) {
        let _ = self.notice.set(notice);
    }

    /// Runs images in order, in batches as large as fit. Returns a result for each image.
    ///
    /// # Errors
    /// Those of `pass`, except out of memory while the batch can still be halved.
    pub(super) fn run<I, T>(
        &self,
        images: &[I],
        mut pass: impl FnMut(&[I]) -> Result<Vec<T>>,
    ) -> Result<Vec<T>> {
        let mut results = Vec::with_capacity(images.len());
        let mut rest = images;
        while !rest.is_empty() {
            let most = match self.most.load(Ordering::Relaxed) {
                0 => rest.len(),
                most => most.min(rest.len()),
            };
            match pass(&rest[..most]) {
                Ok(part) => {
                    results.extend(part);
                    rest = &rest[most..];
                }
                Err(error) if most > 1 && error.is_out_of_memory() => self.lower(most, most / 2),
                Err(error) => return Err(error),
            }
        }
        Ok(results)
    }

    fn lower(&self, from: usize, to: usize) {
        let smaller = |most| (most == 0 || most > to).then_some(to);
        if self.most.fetch_update(Ordering::Relaxed, Ordering::Relaxed, smaller).is_err() {
            return; // another caller has lowered it already
        }
        if let Some(notice) = self.notice.get() {
            notice(&format!(
                "a batch of {from} does not fit into the device's memory: batches of {to} from here on"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::error::Error;

    fn out_of_memory() -> Error {
        // As candle and cudarc say it.
        let text = r#"DriverError(CUDA_ERROR_OUT_OF_MEMORY, "out of memory")"#;
        Error::Tensor(candle_core::Error::Msg(text.to_owned()))
    }

    /// A device with room for this many images, and the batches that it got.
    fn run(backoff: &BatchBackoff, images: &[u32], room: usize) -> (Result<Vec<u32>>, Vec<usize>) {
        let mut tried = Vec::new();
        let results = backoff.run(images, |batch| {
            tried.push(batch.len());
            if batch.len() > room {
                return Err(out_of_memory());
            }
            Ok(batch.iter().map(|image| image * 10).collect())
        });
        (results, tried)
    }

    #[test]
    fn a_batch_that_does_not_fit_is_halved_and_said_so() {
        let (backoff, said) = (BatchBackoff::default(), Arc::new(Mutex::new(Vec::new())));
        let log = Arc::clone(&said);
        backoff.tell(Box::new(move |text| log.lock().unwrap().push(text.to_owned())));
        let images: Vec<u32> = (0..11).collect();
        let want: Vec<u32> = images.iter().map(|image| image * 10).collect();

        let (results, tried) = run(&backoff, &images, 3);
        assert_eq!((results.unwrap(), tried), (want.clone(), vec![11, 5, 2, 2, 2, 2, 2, 1]));
        assert_eq!(said.lock().unwrap().len(), 2);
        assert!(said.lock().unwrap()[1].contains("of 5 does not fit"), "{said:?}");

        let (results, tried) = run(&backoff, &images[..5], 3);
        assert_eq!((results.unwrap(), tried), (want[..5].to_vec(), vec![2, 2, 1]), "what fitted is kept");
        assert_eq!(said.lock().unwrap().len(), 2);
    }

    #[test]
    fn an_image_that_does_not_fit_alone_and_other_errors_end_the_run() {
        let (results, tried) = run(&BatchBackoff::default(), &[1, 2], 0);
        assert!(results.unwrap_err().is_out_of_memory());
        assert_eq!(tried, [2, 1]);
        let lost =
            BatchBackoff::default().run(&[1, 2], |_| Err::<Vec<u32>, _>(Error::Config("lost".to_owned())));
        assert_eq!(lost.unwrap_err().to_string(), "lost");
    }
}

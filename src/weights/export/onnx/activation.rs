//! The functions of heads as ONNX operators. Those that came after the operators of the file are put together.

use super::node::{Model, attribute};
use super::refused;
use crate::error::Result;
use crate::graph::Activation;

/// Adds a function of `x` whose result is called `out`.
///
/// # Errors
/// [`crate::Error::Refused`] for a relu with a threshold, or with a slope and a limit.
pub(super) fn activation(model: &mut Model, function: Activation, x: &str, out: &str) -> Result<()> {
    match function {
        Activation::Linear => drop(model.node("Identity", &[x], out, &[])),
        Activation::Relu { max: None, slope: 0.0, threshold: 0.0 } => {
            model.node("Relu", &[x], out, &[]);
        }
        Activation::Relu { max: None, slope, threshold: 0.0 } => {
            model.node("LeakyRelu", &[x], out, &[attribute::float("alpha", slope)]);
        }
        Activation::Relu { max: Some(max), slope: 0.0, threshold: 0.0 } => {
            let low = model.constant(&format!("{out}_low"), 0.0);
            let high = model.constant(&format!("{out}_high"), max);
            model.node("Clip", &[x, &low, &high], out, &[]);
        }
        Activation::Relu { .. } => {
            return Err(refused("the layer relu with a threshold, or with a slope and a limit,"));
        }
        // Channels come second in rows and in maps.
        Activation::Softmax => drop(model.node("Softmax", &[x], out, &[attribute::int("axis", 1)])),
        Activation::LogSoftmax => drop(model.node("LogSoftmax", &[x], out, &[attribute::int("axis", 1)])),
        Activation::Sigmoid => drop(model.node("Sigmoid", &[x], out, &[])),
        Activation::Tanh => drop(model.node("Tanh", &[x], out, &[])),
        Activation::Elu { alpha } => drop(model.node("Elu", &[x], out, &[attribute::float("alpha", alpha)])),
        Activation::Selu => drop(model.node("Selu", &[x], out, &[])),
        Activation::Softplus => drop(model.node("Softplus", &[x], out, &[])),
        Activation::Softsign => drop(model.node("Softsign", &[x], out, &[])),
        Activation::Exponential => drop(model.node("Exp", &[x], out, &[])),
        Activation::Silu => {
            let gate = model.node("Sigmoid", &[x], &format!("{out}_gate"), &[]);
            model.node("Mul", &[x, &gate], out, &[]);
        }
        Activation::Mish => {
            let soft = model.node("Softplus", &[x], &format!("{out}_softplus"), &[]);
            let gate = model.node("Tanh", &[&soft], &format!("{out}_gate"), &[]);
            model.node("Mul", &[x, &gate], out, &[]);
        }
        Activation::Gelu { approximate } => gelu(model, approximate, x, out),
    }
    Ok(())
}

/// `x / 2 * (1 + f(x))`, `f` by the error function or by a tangent.
fn gelu(model: &mut Model, approximate: bool, x: &str, out: &str) {
    let part = |name: &str| format!("{out}_{name}");
    let share = if approximate {
        let square = model.node("Mul", &[x, x], &part("square"), &[]);
        let cube = model.node("Mul", &[&square, x], &part("cube"), &[]);
        let factor = model.constant(&part("factor"), 0.044715);
        let small = model.node("Mul", &[&cube, &factor], &part("small"), &[]);
        let sum = model.node("Add", &[x, &small], &part("sum"), &[]);
        let root = model.constant(&part("root"), (2.0 / std::f32::consts::PI).sqrt());
        let inner = model.node("Mul", &[&sum, &root], &part("inner"), &[]);
        model.node("Tanh", &[&inner], &part("share"), &[])
    } else {
        let root = model.constant(&part("root"), std::f32::consts::FRAC_1_SQRT_2);
        let inner = model.node("Mul", &[x, &root], &part("inner"), &[]);
        model.node("Erf", &[&inner], &part("share"), &[])
    };
    let one = model.constant(&part("one"), 1.0);
    let half = model.constant(&part("half"), 0.5);
    let gate = model.node("Add", &[&share, &one], &part("gate"), &[]);
    let halved = model.node("Mul", &[x, &half], &part("halved"), &[]);
    model.node("Mul", &[&halved, &gate], out, &[]);
}

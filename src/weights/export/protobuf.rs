//! Writing of protobuf messages: the four kinds of fields that ONNX files have
//! (<https://protobuf.dev/programming-guides/encoding/>).

/// The fields of a message, as bytes.
#[derive(Debug, Default)]
pub(super) struct Message(Vec<u8>);

impl Message {
    /// With a whole number.
    pub fn int(mut self, field: u32, value: i64) -> Self {
        self.key(field, 0);
        self.varint(value as u64); // negative numbers are two's complement in 64 bits
        self
    }

    /// With a 32-bit float.
    pub fn float(mut self, field: u32, value: f32) -> Self {
        self.key(field, 5);
        self.0.extend(value.to_le_bytes());
        self
    }

    /// With bytes.
    pub fn bytes(mut self, field: u32, value: &[u8]) -> Self {
        self.key(field, 2);
        self.varint(value.len() as u64);
        self.0.extend(value);
        self
    }

    /// With a text.
    pub fn text(self, field: u32, value: &str) -> Self {
        self.bytes(field, value.as_bytes())
    }

    /// With a message.
    pub fn message(self, field: u32, value: &Message) -> Self {
        self.bytes(field, &value.0)
    }

    /// With the same field for each of several values.
    pub fn each<T>(self, values: impl IntoIterator<Item = T>, add: impl Fn(Self, T) -> Self) -> Self {
        values.into_iter().fold(self, add)
    }

    /// The message as it is written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn key(&mut self, field: u32, wire_type: u32) {
        self.varint(u64::from(field << 3 | wire_type));
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_those_of_the_encoding_guide() {
        // The guide's own examples: 150 in field 1, "testing" in field 2, and the first within field 3.
        let inner = Message::default().int(1, 150);
        let outer = Message::default().text(2, "testing").message(3, &inner);
        assert_eq!(inner.into_bytes(), [0x08, 0x96, 0x01]);
        assert_eq!(outer.into_bytes(), *b"\x12\x07testing\x1a\x03\x08\x96\x01");
        assert_eq!(Message::default().int(1, -2).into_bytes().len(), 11);
        assert_eq!(Message::default().float(2, 1.0).into_bytes(), [0x15, 0, 0, 0x80, 0x3f]);
    }
}

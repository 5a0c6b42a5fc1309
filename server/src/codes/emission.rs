//! The codes of an order, computed: serial, seal and text of any index, the same each time. Refuses an order whose
//! key is revoked: codes under it would prove nothing.

use marking::layout::{CodeWriter, Form, SerialScheme};
use marking::seal::HmacSealKey;
use marking::serial::{LongSerials, OrderPlace, SerialCipher, ShortLength};
use marking::stamp::{self, StampNumber};

use super::order::Order;
use super::place::STAMP_SERIES;
use crate::keys::{KeySet, Signer};
use crate::platform::problem::{Error, Result};

/// Computes codes of one order: what they share is prepared once.
pub(crate) struct Emitter<'a> {
    order: &'a Order,
    maker: Maker<'a>,
}

/// How codes of a group are made.
enum Maker<'a> {
    Long(LongSerials<'a>, Printer<'a>),
    Short(&'a SerialCipher, ShortLength, Printer<'a>),
    Stamp(&'a HmacSealKey, &'a str),
}

/// Seals serials and writes them out.
struct Printer<'a> {
    writer: CodeWriter,
    signer: &'a Signer,
    /// The bracketed text before the serial, between serial and tail; none where a code has no AIs.
    brackets: Option<(String, String)>,
}

impl<'a> Emitter<'a> {
    /// Prepares the codes of an order. `address` is where the links of stamps lead: no slash at its end.
    pub(crate) fn new(keys: &'a KeySet, order: &'a Order, address: &'a str) -> Result<Self> {
        let signer = keys.signer(order.key.as_str()).ok_or_else(|| Error::conflict("key-revoked"))?;
        let maker = match order.group.layout().serial {
            SerialScheme::Long => Maker::Long(keys.serials.long_serials(order.gtin), Printer::new(order, signer)?),
            SerialScheme::Short(length) => Maker::Short(&keys.serials, length, Printer::new(order, signer)?),
            SerialScheme::Stamp => {
                let secret = signer.hmac().ok_or_else(|| Error::internal("a key of stamps makes no marks"))?;
                Maker::Stamp(secret, address)
            }
        };
        Ok(Self { order, maker })
    }

    /// Appends the code of an index as a scanner gives it (GS as the byte 0x1D, no leading FNC1) and the same for
    /// people: with AIs in brackets, or a stamp's series and number.
    pub(crate) fn write(&self, index: u32, code: &mut String, human: &mut String) -> Result<()> {
        let beyond = || Error::internal(format!("order {} reaches no code {index}", self.order.number));
        if index >= self.order.quantity {
            return Err(beyond());
        }
        let place = || Some(self.order.first_place? + u64::from(index));
        match &self.maker {
            Maker::Long(serials, printer) => {
                let place = OrderPlace::new(self.order.number, index).ok_or_else(beyond)?;
                printer.print(&serials.serial(place), code, human)
            }
            Maker::Short(serials, length, printer) => {
                let place = place().ok_or_else(beyond)?;
                let serial = serials.short(self.order.gtin, place, *length).ok_or_else(beyond)?;
                printer.print(&serial, code, human)
            }
            Maker::Stamp(secret, address) => {
                let place = place().and_then(|place| u32::try_from(place).ok()).ok_or_else(beyond)?;
                let series = std::str::from_utf8(&STAMP_SERIES).map_err(Error::internal)?;
                let number = StampNumber::new(series, place).map_err(Error::internal)?;
                let mark = stamp::mark(secret, self.order.key, number);
                code.push_str(&stamp::link(address, number, mark));
                human.push_str(&number.to_string());
                Ok(())
            }
        }
    }

    /// The code of an index and the same for people, as texts of their own.
    pub(crate) fn code(&self, index: u32) -> Result<(String, String)> {
        let (mut code, mut human) = (String::new(), String::new());
        self.write(index, &mut code, &mut human)?;
        Ok((code, human))
    }
}

impl<'a> Printer<'a> {
    fn new(order: &Order, signer: &'a Signer) -> Result<Self> {
        let writer = CodeWriter::new(order.group, order.gtin, order.key, order.price_tenge).map_err(Error::internal)?;
        let (gtin, key) = (order.gtin, order.key);
        let between = match order.group.layout().form {
            Form::KeyAndSeal => Some(format!("(91){key}(92)")),
            Form::ShortSeal => Some("(93)".to_owned()),
            Form::PricedShortSeal => Some(format!("(8005){:06}(93)", order.price_tenge.unwrap_or_default())),
            Form::TobaccoPack | Form::StampLink => None,
        };
        let brackets = between.map(|between| (format!("(01){gtin}(21)"), between));
        Ok(Self { writer, signer, brackets })
    }

    fn print(&self, serial: &str, code: &mut String, human: &mut String) -> Result<()> {
        let message =
            self.writer.message(serial).ok_or_else(|| Error::internal("a serial is too long to be sealed"))?;
        let tail = self.signer.tail(&message);
        let tail = tail.as_str();
        // No character of ours needs an escape in brackets: digits, letters, and those of Base64.
        if let Some((before, between)) = &self.brackets {
            self.writer.write(serial, tail, code);
            human.extend([before.as_str(), serial, between, tail]);
        } else {
            let start = code.len();
            self.writer.write(serial, tail, code);
            human.push_str(&code[start..]);
        }
        Ok(())
    }
}

/// The serial of a unit; none for stamps, which have a number instead, and for an order without places.
pub(crate) fn serial_of(keys: &KeySet, order: &Order, index: u32) -> Option<String> {
    match order.group.layout().serial {
        SerialScheme::Long => Some(keys.serials.long(order.gtin, OrderPlace::new(order.number, index)?).to_string()),
        SerialScheme::Short(length) => {
            let place = order.first_place? + u64::from(index);
            Some(keys.serials.short(order.gtin, place, length)?.to_string())
        }
        SerialScheme::Stamp => None,
    }
}

/// Where links on labels lead: the public address without a slash at its end.
pub(crate) fn links_of(public_url: &str) -> &str {
    public_url.trim_end_matches('/')
}

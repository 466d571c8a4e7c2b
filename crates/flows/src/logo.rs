//! Reads a picture that somebody uploaded and writes it anew, small and with nothing in it but its pixels (SEC-71). What a file
//! says about itself is believed only within limits.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbaImage,
    codecs::png::{CompressionType, FilterType as Filter, PngEncoder},
    imageops::FilterType,
};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use warifu_domain::{
    logo::{BOX, LogoId, MAX_FILE_BYTES, MAX_SIDE},
    refusal::Refusal,
};

/// Most memory that reading one picture may take, in bytes; its pixels take 64 MiB.
const MEMORY: u64 = 160 * 1024 * 1024;

/// Pictures that are read at once.
static READERS: Semaphore = Semaphore::const_new(1);

/// A picture as it is kept.
#[derive(Clone)]
pub(crate) struct Drawn {
    pub(crate) id: LogoId,
    pub(crate) png: Vec<u8>,
}

/// Reads `file` and writes it anew, away from the threads that answer requests.
pub(crate) async fn redraw(file: Vec<u8>) -> Result<Drawn, Refusal> {
    let turn = READERS.acquire().await;
    let work = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        draw(&file)
    });
    // A decoder that panics was given no picture of a kind that it knows.
    work.await.unwrap_or(Err(Refusal::BadLogo))
}

fn draw(file: &[u8]) -> Result<Drawn, Refusal> {
    if file.len() > MAX_FILE_BYTES {
        return Err(Refusal::LogoTooLarge);
    }
    let picture = read(file)?;
    let png = write(&fit(picture)).ok_or(Refusal::BadLogo)?;
    let id = LogoId::of(Sha256::digest(&png).into());
    Ok(Drawn { id, png })
}

/// Decodes the first picture of a file. The kind is what its first bytes say, never its name.
fn read(file: &[u8]) -> Result<RgbaImage, Refusal> {
    let kind = image::guess_format(file).map_err(|_| Refusal::BadLogo)?;
    let known = [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::WebP,
        ImageFormat::Gif,
    ];
    if !known.contains(&kind) {
        return Err(Refusal::BadLogo);
    }
    let mut reader = ImageReader::with_format(Cursor::new(file), kind);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refuse)?;
    let (width, height) = decoder.dimensions();
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(Refusal::LogoTooLarge);
    }
    if width == 0 || height == 0 {
        return Err(Refusal::BadLogo);
    }
    let turned = decoder.orientation().map_err(refuse)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(refuse)?;
    picture.apply_orientation(turned);
    Ok(picture.into_rgba8())
}

fn refuse(error: image::ImageError) -> Refusal {
    match error {
        image::ImageError::Limits(_) => Refusal::LogoTooLarge,
        _ => Refusal::BadLogo,
    }
}

/// Shrinks what is larger than [`BOX`]; proportions stay.
fn fit(mut picture: RgbaImage) -> RgbaImage {
    let (width, height) = picture.dimensions();
    if width <= BOX.0 && height <= BOX.1 {
        return picture;
    }
    // What cannot be seen must not bleed into what can: colours count as much as they cover.
    for pixel in picture.pixels_mut() {
        let [r, g, b, a] = pixel.0;
        let weigh = |value: u8| ((u16::from(value) * u16::from(a) + 127) / 255) as u8;
        pixel.0 = [weigh(r), weigh(g), weigh(b), a];
    }
    let picture = DynamicImage::ImageRgba8(picture);
    let mut small = picture
        .resize(BOX.0, BOX.1, FilterType::Lanczos3)
        .into_rgba8();
    for pixel in small.pixels_mut() {
        let [r, g, b, a] = pixel.0;
        let restore = |value: u8| match a {
            0 => 0,
            a => (u16::from(value) * 255 / u16::from(a)).min(255) as u8,
        };
        pixel.0 = [restore(r), restore(g), restore(b), a];
    }
    small
}

fn write(picture: &RgbaImage) -> Option<Vec<u8>> {
    let mut png = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Best, Filter::Adaptive);
    picture.write_with_encoder(encoder).ok()?;
    Some(png)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(kind: ImageFormat, width: u32, height: u32) -> Vec<u8> {
        let picture = RgbaImage::from_fn(width, height, |x, y| {
            image::Rgba([x as u8, y as u8, 200, if x < width / 2 { 255 } else { 0 }])
        });
        let mut file = Cursor::new(Vec::new());
        let picture = DynamicImage::ImageRgba8(picture);
        match kind {
            ImageFormat::Jpeg => DynamicImage::ImageRgb8(picture.into_rgb8()),
            _ => picture,
        }
        .write_to(&mut file, kind)
        .unwrap();
        file.into_inner()
    }

    fn size(drawn: &Drawn) -> (u32, u32) {
        let picture = image::load_from_memory_with_format(&drawn.png, ImageFormat::Png);
        let picture = picture.unwrap();
        (picture.width(), picture.height())
    }

    #[test]
    fn every_kind_is_read_and_fits_the_box() {
        for (kind, from, to) in [
            (ImageFormat::Png, (1000, 500), (320, 160)),
            (ImageFormat::Jpeg, (4096, 16), (480, 2)),
            (ImageFormat::WebP, (16, 4000), (1, 160)),
            (ImageFormat::Gif, (48, 16), (48, 16)),
        ] {
            let drawn = draw(&file(kind, from.0, from.1)).unwrap();
            assert_eq!(size(&drawn), to, "{kind:?}");
        }
    }

    #[test]
    fn the_same_pixels_are_the_same_logo_whatever_the_file_says_besides() {
        let plain = file(ImageFormat::Png, 8, 8);
        let mut talkative = plain[..33].to_vec();
        let text = b"Comment\0<script>alert(1)</script>";
        talkative.extend((text.len() as u32).to_be_bytes());
        let chunk = [b"tEXt".as_slice(), text].concat();
        talkative.extend_from_slice(&chunk);
        talkative.extend(crc(&chunk).to_be_bytes());
        talkative.extend_from_slice(&plain[33..]);
        talkative.extend_from_slice(b"<html><script>alert(2)</script>");
        let (plain, talkative) = (draw(&plain).unwrap(), draw(&talkative).unwrap());
        assert_eq!(plain.id, talkative.id);
        assert!(!talkative.png.windows(7).any(|part| part == b"<script"));
    }

    /// CRC-32 as chunks of PNG have it (ISO 3309).
    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
                sum >> 1 ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 }
            })
        })
    }

    #[test]
    fn what_is_unseen_does_not_bleed_into_what_is_seen() {
        let picture = RgbaImage::from_fn(960, 320, |x, _| match x {
            0..480 => image::Rgba([255, 255, 255, 255]),
            _ => image::Rgba([0, 0, 0, 0]),
        });
        for pixel in fit(picture).pixels().filter(|pixel| pixel.0[3] > 8) {
            assert!(pixel.0[0] > 235, "{pixel:?}");
        }
    }
}

//! A tenant's logo: written anew from whatever was uploaded, seen by nobody before it is saved, and no other tenant's (SEC-71).

use std::{io::Cursor, sync::Arc};

use image::{DynamicImage, ImageFormat, RgbaImage};
use warifu_domain::{
    audit::EventKind,
    logo::{BOX, LogoId, MAX_FILE_BYTES},
    policy::{Policy, look},
    refusal::Refusal,
    tenant::Tenant,
    user::Role,
};
use warifu_flows::{
    By, FlowError,
    branding::{self, Look},
    manage_tenants,
};

use crate::support::{Setting, World, on_both};

/// A picture of this colour.
fn picture(kind: ImageFormat, red: u8) -> Vec<u8> {
    let pixels = RgbaImage::from_pixel(600, 90, image::Rgba([red, 20, 30, 255]));
    let mut file = Cursor::new(Vec::new());
    let pixels = DynamicImage::ImageRgba8(pixels);
    let pixels = match kind {
        ImageFormat::Jpeg => DynamicImage::ImageRgb8(pixels.into_rgb8()),
        _ => pixels,
    };
    pixels.write_to(&mut file, kind).unwrap();
    file.into_inner()
}

/// CRC-32 as chunks of PNG have it (ISO 3309).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            sum >> 1 ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    })
}

fn chunk(length: u32, kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let said = [kind.as_slice(), data].concat();
    [&length.to_be_bytes()[..], &said, &crc(&said).to_be_bytes()].concat()
}

/// A PNG that claims to be this large, with next to nothing in it.
fn claim(width: u32, height: u32) -> Vec<u8> {
    let mut head = [width.to_be_bytes(), height.to_be_bytes()].concat();
    head.extend([8, 6, 0, 0, 0]);
    let body = chunk(13, b"IHDR", &head);
    let data = chunk(10, b"IDAT", &[0x78, 0x9c, 0x63, 0, 0, 0, 0, 1, 0, 1]);
    [
        b"\x89PNG\r\n\x1a\n".as_slice(),
        &body,
        &data,
        &chunk(0, b"IEND", b""),
    ]
    .concat()
}

/// Files that are no logo, each with what is said of it.
fn hostile() -> Vec<(&'static str, Vec<u8>, Refusal)> {
    use ImageFormat::{Gif, Jpeg, Png, WebP};
    let mut files = vec![
        ("nothing", vec![], Refusal::BadLogo),
        ("a letter", b"<".to_vec(), Refusal::BadLogo),
        (
            "an SVG",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(),
            Refusal::BadLogo,
        ),
        (
            "a page",
            b"<!doctype html><script>alert(1)</script>".to_vec(),
            Refusal::BadLogo,
        ),
        (
            "a page before a picture",
            [b"<html>".as_slice(), &picture(Png, 1)].concat(),
            Refusal::BadLogo,
        ),
        ("a bitmap", b"BM\x3a\0\0\0\0\0\0\0".to_vec(), Refusal::BadLogo),
        ("a TIFF", b"II*\0\x08\0\0\0\0\0".to_vec(), Refusal::BadLogo),
        ("a PDF", b"%PDF-1.7\n".to_vec(), Refusal::BadLogo),
        (
            "a head of another kind",
            [b"\xff\xd8\xff".as_slice(), &picture(Png, 1)[3..]].concat(),
            Refusal::BadLogo,
        ),
        ("a bomb", claim(30_000, 30_000), Refusal::LogoTooLarge),
        ("a wide one", claim(4097, 1), Refusal::LogoTooLarge),
        ("a high one", claim(1, u32::MAX >> 1), Refusal::LogoTooLarge),
        ("no pixels", claim(0, 0), Refusal::BadLogo),
        (
            "pixels that are not there",
            claim(4000, 4000),
            Refusal::BadLogo,
        ),
        (
            "a chunk without an end",
            [
                &claim(8, 8)[..33],
                &u32::MAX.to_be_bytes()[..],
                b"IDATxxxx",
            ]
            .concat(),
            Refusal::BadLogo,
        ),
        (
            "too many bytes",
            vec![0; MAX_FILE_BYTES + 1],
            Refusal::LogoTooLarge,
        ),
        // A GIF whose screen is 65535 pixels a side.
        (
            "a GIF bomb",
            b"GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\xff\xff\xff\xff\0\x02\x02L\x01\0;"
                .to_vec(),
            Refusal::LogoTooLarge,
        ),
    ];
    for (name, kind) in [("PNG", Png), ("JPEG", Jpeg), ("WebP", WebP), ("GIF", Gif)] {
        let whole = picture(kind, 1);
        // A JPEG without its last rows may still be a picture; one without its head is none.
        files.push((
            name,
            whole[..whole.len().min(40)].to_vec(),
            Refusal::BadLogo,
        ));
        files.push((name, whole[..12].to_vec(), Refusal::BadLogo));
    }
    files
}

fn shell() -> By {
    By::command_line()
}

async fn keep(world: &World, tenant: &Arc<Tenant>, red: u8) -> LogoId {
    let file = picture(ImageFormat::Png, red);
    let kept = branding::keep_logo(&world.ctx, tenant, &shell(), file).await;
    kept.unwrap()
}

/// The tenant's look with another logo.
fn with_logo(logo: Option<LogoId>) -> Look {
    Look {
        fields: Vec::new(),
        logo,
    }
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, FlowError>) -> Refusal {
    match outcome.unwrap_err() {
        FlowError::Refused(refusal) => refusal,
        FlowError::Fault(fault) => panic!("{fault}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_071_hostile_files_are_refused_and_leave_nothing() {
    on_both(Setting::preset("default"), async |world| {
        let tenant = world.tenant().await;
        for (name, file, expected) in hostile() {
            let outcome = branding::keep_logo(&world.ctx, &tenant, &shell(), file).await;
            assert_eq!(refusal(outcome), expected, "{name}");
        }
        assert_eq!(world.rows("tenant_logo", "1 = 1").await, 0);
        let refused = world.audit_rows().await;
        let refused = refused
            .iter()
            .filter(|row| row.kind == EventKind::LogoChanged);
        assert_eq!(refused.count(), hostile().len());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_071_what_is_kept_is_a_picture_that_we_wrote() {
    on_both(Setting::preset("default"), async |world| {
        let tenant = world.tenant().await;
        for kind in [
            ImageFormat::Png,
            ImageFormat::Jpeg,
            ImageFormat::WebP,
            ImageFormat::Gif,
        ] {
            // With a page behind the picture: browsers that sniff would find it.
            let file = [
                picture(kind, 200).as_slice(),
                b"<html><script>alert(1)</script>",
            ]
            .concat();
            let id = branding::keep_logo(&world.ctx, &tenant, &shell(), file).await;
            let png = branding::logo(&world.ctx, &tenant, id.unwrap()).await;
            let png = png.unwrap().unwrap();
            assert!(png.starts_with(b"\x89PNG") && !png.windows(6).any(|part| part == b"script"));
            let shown = image::load_from_memory_with_format(&png, ImageFormat::Png).unwrap();
            assert_eq!((shown.width(), shown.height()), (BOX.0, 72), "{kind:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logo_is_shown_in_a_preview_saved_replaced_and_removed() {
    on_both(Setting::preset("default"), async |world| {
        let ctx = &world.ctx;
        let tenant = world.tenant().await;
        let first = keep(&world, &tenant, 1).await;
        let shown = branding::preview(ctx, &tenant, &shell(), &with_logo(Some(first))).await;
        assert_eq!(shown.unwrap().logo, Some(first));
        assert_eq!(world.tenant().await.logo, None);

        branding::save(ctx, &tenant, &shell(), &with_logo(Some(first)))
            .await
            .unwrap();
        // Also another server that has the tenant in mind shows it at once.
        assert_eq!(world.tenant().await.logo, Some(first));
        assert_eq!(world.forgetful(7).tenant().await.logo, Some(first));

        // Together with a colour; one cannot be saved without the other.
        let tenant = world.tenant().await;
        let second = keep(&world, &tenant, 2).await;
        let both = Look {
            fields: vec![("branding.accent", "#b00020".to_owned())],
            logo: Some(second),
        };
        branding::save(ctx, &tenant, &shell(), &both).await.unwrap();
        let tenant = world.tenant().await;
        assert_eq!(tenant.logo, Some(second));
        assert_eq!(look(&tenant.policy, "branding.accent"), Some("#b00020"));
        let gone = Look {
            fields: vec![("branding.accent", "#123456".to_owned())],
            logo: Some(LogoId(7)),
        };
        for outcome in [
            branding::save(ctx, &tenant, &shell(), &gone).await,
            branding::preview(ctx, &tenant, &shell(), &gone)
                .await
                .map(drop),
        ] {
            assert_eq!(refusal(outcome), Refusal::LogoGone);
        }
        let tenant = world.tenant().await;
        assert_eq!(look(&tenant.policy, "branding.accent"), Some("#b00020"));

        branding::save(ctx, &tenant, &shell(), &with_logo(None))
            .await
            .unwrap();
        assert_eq!(world.tenant().await.logo, None);
        assert_eq!(world.rows("tenant_logo", "1 = 1").await, 0);
        let told = world.audit_rows().await;
        let told = told.iter().filter(|row| row.kind == EventKind::LogoChanged);
        let mut told: Vec<_> = told.map(|row| row.detail.clone().unwrap()).collect();
        told.sort();
        let mut expected = [first.to_string(), second.to_string(), "none".to_owned()];
        expected.sort();
        assert_eq!(told, expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_that_were_only_looked_at_make_room_and_the_logo_stays() {
    on_both(Setting::preset("default"), async |world| {
        let tenant = world.tenant().await;
        let logo = keep(&world, &tenant, 0).await;
        branding::save(&world.ctx, &tenant, &shell(), &with_logo(Some(logo)))
            .await
            .unwrap();
        for red in 1..20 {
            world.wait(warifu_domain::time::Span::seconds(1));
            keep(&world, &tenant, red).await;
        }
        assert_eq!(world.rows("tenant_logo", "1 = 1").await, 6);
        let kept = branding::logo(&world.ctx, &tenant, logo).await.unwrap();
        assert!(kept.is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_068_another_tenants_logo_is_neither_shown_nor_changed() {
    on_both(Setting::preset("default"), async |world| {
        let ctx = &world.ctx;
        let policy = Policy::default().to_toml();
        let other = manage_tenants::add_tenant(ctx, &shell(), "aoba", "あおば工業", &policy)
            .await
            .unwrap();
        let tenant = world.tenant().await;
        let own = keep(&world, &tenant, 1).await;
        branding::save(ctx, &tenant, &shell(), &with_logo(Some(own)))
            .await
            .unwrap();
        // Its name is known from our pages; it is not theirs to show or to use.
        assert_eq!(branding::logo(ctx, &other, own).await.unwrap(), None);
        let taken = branding::save(ctx, &other, &shell(), &with_logo(Some(own))).await;
        assert_eq!(refusal(taken), Refusal::LogoGone);
        branding::save(ctx, &other, &shell(), &with_logo(None))
            .await
            .unwrap();
        assert_eq!(world.tenant().await.logo, Some(own));
        assert!(branding::logo(ctx, &tenant, own).await.unwrap().is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_069_only_administrators_change_the_logo_and_with_the_fresh_proof() {
    on_both(Setting::preset("default"), async |world| {
        let tenant = world.tenant().await;
        for (login, role, expected) in [
            ("taro", Role::Member, Refusal::NotAllowed),
            ("boss", Role::Administrator, Refusal::ProofNeeded),
        ] {
            let mut person = world.person(login, role).await;
            let mut browser = world.browser();
            browser.sign_in(&mut person).await;
            browser.enrol(&mut person).await;
            world.wait(warifu_domain::time::Span::minutes(20));
            let who = browser.who().await.unwrap();
            let by = By::person(who, &tenant, browser.request(), "");
            let file = picture(ImageFormat::Png, 1);
            let kept = branding::keep_logo(&world.ctx, &tenant, &by, file).await;
            assert_eq!(refusal(kept), expected);
            let saved = branding::save(&world.ctx, &tenant, &by, &with_logo(None)).await;
            assert_eq!(refusal(saved), expected);
        }
        assert_eq!(world.rows("tenant_logo", "1 = 1").await, 0);
    })
    .await;
}

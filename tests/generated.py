"""Made for tests: pictures (grounds, details to plant in them, files of any kind), all seeded; and two settings."""

from __future__ import annotations

import csv
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from explorer.config import Config

MINI = Config(model="mini", resolution=448)
SMALL = Config(model="mini", resolution=224)
"""The same model on smaller pictures: four times as fast, for tests that index often."""


def ground(seed: int, width: int = 480, height: int = 360) -> Image.Image:
    """A quiet painted ground: clouds of colour, no two seeds alike."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(60, 200, size=(5, 6, 3)).astype(np.uint8)
    fine = rng.integers(0, 255, size=(height // 6, width // 6, 3)).astype(np.uint8)
    clouds = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    grain = Image.fromarray(fine).resize((width, height), Image.Resampling.BICUBIC)
    return Image.blend(clouds, grain, 0.22)


def detail(seed: int, side: int = 120) -> Image.Image:
    """Something to look for: a square of strokes and shapes in strong contrast, with a left and a right."""
    rng = np.random.default_rng(10_000 + seed)
    image = Image.new("RGB", (side, side), tuple(int(c) for c in rng.integers(0, 256, 3)))
    draw = ImageDraw.Draw(image)
    for _ in range(14):
        colour = tuple(int(c) for c in rng.integers(0, 256, 3))
        x, y = (int(v) for v in rng.integers(0, side, 2))
        wide, high = (int(v) for v in rng.integers(side // 10, side // 2, 2))
        shape = (x, y, x + wide, y + high)
        [draw.rectangle, draw.ellipse][int(rng.integers(2))](shape, fill=colour)
    return image


def planted(
    onto: Image.Image, what: Image.Image, at: tuple[int, int], side: int, mirrored: bool = False
) -> Image.Image:
    """``onto`` with ``what`` pasted at a pixel, scaled to ``side``, perhaps reversed."""
    result = onto.copy()
    piece = what.resize((side, side), Image.Resampling.LANCZOS)
    result.paste(piece.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else piece, at)
    return result


RECURRING: dict[str, list[tuple[int, tuple[int, int], int, bool]]] = {
    "a.png": [(1, (40, 60), 130, False), (2, (300, 190), 120, False)],
    "b.png": [(1, (280, 160), 150, False)],
    "c.png": [(1, (60, 150), 120, True), (2, (320, 30), 130, False)],
    "d.png": [(2, (30, 40), 150, True)],
    "e.png": [(1, (200, 20), 140, False)],
    "f.png": [(2, (170, 170), 140, False)],
    "g.png": [],
    "h.png": [],
}
"""Works in which two details recur: of each, which detail, at which pixel, of which side, whether mirrored."""


def save_recurring(folder: Path, works: dict[str, list[tuple[int, tuple[int, int], int, bool]]]) -> None:
    """Paint such ``works`` into a folder, each of 480 by 360 pixels on a ground of its own."""
    folder.mkdir(exist_ok=True)
    for name, details in works.items():
        picture = ground(ord(name[0]))
        for number, at, side, mirrored in details:
            picture = planted(picture, detail(number), at, side, mirrored)
        picture.save(folder / name)


def work(seed: int, width: int = 480, height: int = 360) -> Image.Image:
    """A picture of its own: a ground with three details of its own."""
    image = ground(seed, width, height)
    rng = np.random.default_rng(20_000 + seed)
    for number in range(3):
        side = int(rng.integers(min(width, height) // 5, min(width, height) // 3))
        at = (int(rng.integers(0, width - side)), int(rng.integers(0, height - side)))
        image = planted(image, detail(100 * seed + number), at, side)
    return image


def save(image: Image.Image, path: Path, **options: object) -> Path:
    """Save, making the folders above; returns the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, **options)
    return path


def folder_of(folder: Path, count: int, first: int = 0, size: tuple[int, int] = (320, 240)) -> Path:
    """A folder of ``count`` different works, ``work-000.jpg`` and on."""
    for number in range(first, first + count):
        save(work(number, *size), folder / f"work-{number:03d}.jpg", quality=90)
    return folder


def write_csv(path: Path, rows: list[dict[str, object]], **dialect: object) -> Path:
    """A catalogue with the keys of the first row as headings."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), **dialect)
        writer.writeheader()
        writer.writerows(rows)
    return path


def png_that_claims(path: Path, width: int, height: int) -> Path:
    """A PNG whose header declares a size that its few bytes do not have."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)
    return path


HEIC = (
    b"0000SW^{RQXk}?*00000ZE0pPXk}?*ZE0a<00042ZDn*}000000000XXk=`10000000000aA{+700000000000000000000B57=IV*mgE07O6l0R"
    b"RC200001dH?|c00000006`Q001LtX>Mi!000000RR916=`l}WdZ;I000310BCk&F#rGn01j|zbZr0t000010002iX>f9I0002DX>en20001ZXm(>"
    b"m0RwOV0058x000009`FGC{rLC*01pFT0096PKmiN^|NjGU00093kN^M!000939=ZZRVE_RDD?$MQ18@KU0|1Z!00RI30{|YNFo6Y@>PacCZUPz%2"
    b"mk;B0LTCU0{{p>VgLaE2SfqEa<C#m0000JV{dG7ZewhC0096E00w{n000zeb8uw<00000003YB002M$000nhX?SS>000032nYxO000+haBX1#000"
    b"00000310R({p0|Wp70L*P<VRQfh0Kg~#uL<De3!J*I|Ne|`|NarDko~SMq=Hg;=`D$=KmUvPuBKcp*8!?n-x&7=@wo}*<-0dMX)~8VY=?Y{Q%P6d"
    b"VW>3sfGo2GL16%a9PxktY8B)5vqS&Zh-UhN5Gsd)9URwuxY%ozNvxA^vINfp4YnM+j-mtn-a<4v)G-yH#m1^(dnYBo%Uk{n<Eyl$c3<;WjlK}6!a"
    b"JXk)b?8*b&iy55Fw=@BYail9W5ZJAuCttii?%{BvgMP+i("
)
"""The four colours as HEIC, in base 85: the library here reads it and cannot write it."""
HEIC_TURNED = (
    b"0000SW^{RQXk}?*00000ZE0pPXk}?*ZE0a<0004@ZDn*}000000000XXk=`10000000000aA{+700000000000000000000G-+&aV*mgE07O6l0s"
    b"sL300001#Q*^S00000006}R0ssI200N2t0RR9100000Bme*aIB98aW&i*H00062000$fZf0cy000000RRAKc4ILB0000LX>Mj^0ssI300IC2MR;j"
    b"u000004sdC7Z2$lO00031007`=aB^?}006*gaAR)(004Msc4I>U18@KU0FVFx0000U@BsY%`1k+-4+CHT0RR|40Sp2E{{wIU00RJ!0009300RIXx"
    b"&lC90096iLID8-Z~y=U0FVFx0{{R603M(qfrXapNhz*w0vZem00093$N&HX00=;000968L;=Baup&SJ000wXZ)|dIV{CW;0RRmE27mwn02FC+aAg"
    b"1h0000006+i$0AK(B01$9#cxeCt0009B2nYZG010VwZ*&6y000<iaBX1#00000000310R@2q0|bQt000_ka%E-!00000000hSWOHKx0ssL30RR91"
    b"@oi*bbN~PV!6*T*3E&|)bzlGZ1%LnWI=}zr(bb-L`~6Fw`;{Ai<P18YM1TB2M`-7NqJ0G$#v)}70=fGUo&(I%HmCwWR)71wMrUry@+!DAeY)rAGb"
    b"K&*Vr`QWqkct|C}b#^^QaT-l~ZciNWHG^JIWjyXuRh6|F*J2_%E9N(v!-|%+k?mbHL1Y|0L6vzO1o<{)Tz8`qi^{4O5e0s#JC?{m-XBf966DRSPW"
    b"_zd(Kwa0G}-u9eWY3v$&;@>Xz?E#LqE00u>PX=VTbO-%qQ000080099K00RI30096700000000"
)
"""The same, stored turned, as telephones do."""

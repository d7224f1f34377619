/** How large a picture is when a browser has unpacked it, by what its bytes say: a few thousand of them can stand for gigabytes. */

/** In points. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

const sizes: Readonly<Record<string, (view: DataView) => ImageSize | undefined>> = {
  "image/png": pngSize,
  "image/jpeg": jpegSize,
  "image/gif": gifSize,
  "image/webp": webpSize,
};

/**
 * The size of a picture; undefined where its bytes do not say, in which case nobody knows what a browser makes of them.
 * @param type as `findImageType` gives it
 */
export function findImageSize(type: string, bytes: Uint8Array): ImageSize | undefined {
  try {
    return sizes[type]?.(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    // Read beyond the end.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const text = (view: DataView, at: number): string =>
  String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(at + index)));

/** The header comes first (PNG section 5.6). */
function pngSize(view: DataView): ImageSize | undefined {
  return text(view, 12) === "IHDR" ? { width: view.getUint32(16), height: view.getUint32(20) } : undefined;
}

/** The frame header, which stands behind segments of other kinds (ITU-T T.81 annex B). */
function jpegSize(view: DataView): ImageSize | undefined {
  for (let at = 2; ; at += 2 + view.getUint16(at + 2)) {
    if (view.getUint8(at) !== 0xff) return undefined;
    // Any number of these may stand before a marker.
    while (view.getUint8(at + 1) === 0xff) at++;
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    // Where the picture itself begins, and for markers that have no length.
    if (marker === 0xda || marker < 0xc0) return undefined;
  }
}

/** The screen, and every frame, of which some browsers let the first stick out. */
function gifSize(view: DataView): ImageSize | undefined {
  const colours = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  let width = view.getUint16(6, true);
  let height = view.getUint16(8, true);
  let at = 13 + colours(view.getUint8(10));
  for (let block = view.getUint8(at); block !== 0x3b; block = view.getUint8(at)) {
    if (block === 0x2c) {
      width = Math.max(width, view.getUint16(at + 1, true) + view.getUint16(at + 5, true));
      height = Math.max(height, view.getUint16(at + 3, true) + view.getUint16(at + 7, true));
      at += 11 + colours(view.getUint8(at + 9));
    } else if (block === 0x21) at += 2;
    else return undefined;
    for (; view.getUint8(at) !== 0; at += 1 + view.getUint8(at));
    at += 1;
  }
  return { width, height };
}

/** The first chunk, of one of three kinds (RFC 9649 sections 2.5 to 2.7). */
function webpSize(view: DataView): ImageSize | undefined {
  const uint24 = (at: number): number => view.getUint16(at, true) + view.getUint8(at + 2) * 0x10000;
  switch (text(view, 12)) {
    case "VP8X":
      return { width: uint24(24) + 1, height: uint24(27) + 1 };
    case "VP8L": {
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case "VP8 ":
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    default:
      return undefined;
  }
}

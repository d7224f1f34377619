import fc from "fast-check";
import { expect, it } from "vitest";
import { findImageSize } from "../../src/rules/imageSize.ts";

const bytesOf = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...part].map((c) => c.charCodeAt(0)) : part)));
const zeros = (length: number): number[] => Array<number>(length).fill(0);
const big = (...values: number[]): number[] => values.flatMap((value) => [value >> 8, value & 255]);
const little = (...values: number[]): number[] => values.flatMap((value) => [value & 255, value >> 8]);

const frame = (...place: number[]) => [0x2c, ...little(...place), 0, 2, 1, 0, 0];
const jpeg = (...segments: (string | readonly number[])[]) => bytesOf([0xff, 0xd8], ...segments);
const webp = (kind: string, ...rest: readonly number[]) => bytesOf("RIFF", zeros(4), "WEBP", kind, zeros(4), rest);

it.each<[string, string, Uint8Array, [number, number] | undefined]>([
  ["a PNG by its header", "image/png", bytesOf(zeros(12), "IHDR", [0, 1, 0, 0, 0, 0, 1, 2]), [65_536, 258]],
  ["a PNG without one", "image/png", bytesOf(zeros(12), "IDAT", zeros(8)), undefined],
  ["a JPEG", "image/jpeg", jpeg([0xff, 0xc0, ...big(11), 8, ...big(300, 400)]), [400, 300]],
  [
    "a progressive JPEG behind other segments, tables among them",
    "image/jpeg",
    jpeg([0xff, 0xff, 0xff, 0xe1, ...big(4), 1, 2], [0xff, 0xc4, ...big(3), 9], [0xff, 0xc2, ...big(11), 8, ...big(65_500, 1)]),
    [1, 65_500],
  ],
  ["a JPEG that begins without a frame", "image/jpeg", jpeg([0xff, 0xda, ...big(4), 0, 0]), undefined],
  ["a JPEG whose segments end between markers", "image/jpeg", jpeg([0xff, 0xe0, ...big(3), 0, 0, 0, 0, 0]), undefined],
  ["a GIF by its screen", "image/gif", bytesOf("GIF89a", little(20, 10), [0, 0, 0], frame(0, 0, 20, 10), [0x3b]), [20, 10]],
  [
    "a GIF by a frame that sticks out, behind colours and an extension",
    "image/gif",
    bytesOf("GIF89a", little(1, 1), [0x80, 0, 0], zeros(6), [0x21, 0xf9, 2, 1, 1, 0], frame(5, 6, 60_000, 70), [0x3b]),
    [60_005, 76],
  ],
  ["a GIF without an end", "image/gif", bytesOf("GIF89a", little(1, 1), [0, 0, 0], frame(0, 0, 1, 1)), undefined],
  ["a GIF with a block of no kind", "image/gif", bytesOf("GIF89a", little(1, 1), [0, 0, 0, 7]), undefined],
  ["a WebP with loss", "image/webp", webp("VP8 ", ...zeros(6), ...little(0xc000 + 300, 200)), [300, 200]],
  ["a WebP without loss", "image/webp", webp("VP8L", 0x2f, 0xff, 0xff, 0xff, 0x0f), [16_384, 16_384]],
  ["an extended WebP by its canvas", "image/webp", webp("VP8X", ...zeros(4), 0xff, 0xff, 0xff, 1, 0, 0), [16_777_216, 2]],
  ["a WebP of another kind", "image/webp", webp("ALPH", ...zeros(20)), undefined],
  ["a type that is none of these", "image/svg+xml", bytesOf("<svg>"), undefined],
])("the size of %s", (_, type, bytes, size) => {
  expect(findImageSize(type, bytes)).toEqual(size && { width: size[0], height: size[1] });
});

it("any bytes have a size or none, soon", () => {
  const types = ["image/png", "image/jpeg", "image/gif", "image/webp"];
  fc.assert(
    fc.property(fc.constantFrom(...types), fc.uint8Array({ maxLength: 500 }), (type, bytes) => {
      const size = findImageSize(type, bytes);
      expect(size === undefined || (size.width >= 0 && size.height >= 0)).toBe(true);
    }),
  );
});

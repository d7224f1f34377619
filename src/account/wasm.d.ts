/** A WebAssembly module as wrangler bundles it: compiled when the Worker is uploaded, since workerd compiles none at run time. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

// The package has no types of its own, and those that are published for it are a major version old.
declare module "subset-font" {
  type Options = {
    targetFormat: "woff2";
    variationAxes: Record<string, number | { min: number; max: number }>;
    keepFeatures: string[];
    dropTables: string[];
    preserveNameIds: number[];
  };
  export default function subset(font: Buffer, characters: string, options: Options): Promise<Buffer>;
}

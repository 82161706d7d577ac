import { missingForTests, setUpTests } from "./set-up.ts";

// `npm run setup:tests`

try {
  setUpTests(console.log);
  if (missingForTests().length === 0) console.log("All that the tests need is there.");
} catch (error) {
  console.error(`movieconnect: ${(error as Error).message}`);
  process.exit(1);
}

// In place of what Next adds to old browsers (next.config.ts).
export {};

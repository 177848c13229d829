// What we use of newman, which has no types of its own.
declare module 'newman' {
  interface Summary {
    run: {
      stats: Record<'requests' | 'assertions', { total: number }>;
      failures: { source: { name: string }; error: { message: string } }[];
    };
  }
  const newman: {
    run(options: { collection: unknown; envVar: { key: string; value: string }[] },
      done: (error: Error | null, summary: Summary) => void): void;
  };
  export default newman;
}

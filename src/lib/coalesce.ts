interface Waiting<Question, Answer> {
  readonly question: Question;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/**
 * Joins equal small reads into few large ones: what is asked while one `read` is under way goes together into the next.
 * No question waits for a timer, so a lone one costs nothing more. `read` answers at most `questionsMax` questions, in
 * their order; when it fails, all of them do.
 */
export function coalesce<Question, Answer>(
  read: (questions: readonly Question[]) => Promise<readonly Answer[]>,
  questionsMax: number,
): (question: Question) => Promise<Answer> {
  const waiting: Waiting<Question, Answer>[] = [];
  let reading = false;

  const readAll = async (): Promise<void> => {
    reading = true;
    while (waiting.length > 0) {
      const batch = waiting.splice(0, questionsMax);
      try {
        const answers = await read(batch.map(({ question }) => question));
        for (const [index, { resolve }] of batch.entries()) resolve(answers[index] as Answer);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    reading = false;
  };

  return (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject });
      if (!reading) void readAll();
    });
}

import type { Pool } from 'pg';
import { authorizationAnswer, findAuthorization } from './book.ts';
import { followUpAnswer, followUpId } from './follow-up.ts';
import { bookDue, inquireLate } from './late.ts';
import { findMessage } from './messages.ts';
import { responseCodes } from './response-codes.ts';
import type { Answer } from './wire.ts';

/** What became of a message: the answer it got or should have got, and whether it was undone since. */
export interface InquiryAnswer {
  readonly answer: Answer;
  readonly reversed: boolean;
}

/** Looks up the message under a reference; undefined when the bank knows of none. */
export async function inquire(pool: Pool, reference: string, now: Date): Promise<InquiryAnswer | undefined> {
  await bookDue(pool, now);
  await inquireLate(pool, reference, now);
  const authorization = await findAuthorization(pool, reference);
  if (authorization !== undefined) {
    const contradicts = authorization.fault === 'inquiry_contradicts';
    const responseCode = contradicts ? responseCodes.doNotHonor : authorization.responseCode;
    return {
      answer: authorizationAnswer({ ...authorization, responseCode }),
      reversed: authorization.status === 'reversed',
    };
  }
  const message = await findMessage(pool, reference);
  return (
    message && {
      answer: followUpAnswer(
        message,
        followUpId(message.kind, message.reference, message.authorization),
        message.responseCode,
      ),
      reversed: message.reversed,
    }
  );
}

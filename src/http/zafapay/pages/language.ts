import type { FastifyRequest } from 'fastify';
import type { AmountLocale } from '../../../domain/amount-text.ts';

/** The languages of our pages: those of the contract's own documentation. */
export const languages = ['en', 'ja'] as const;
export type Language = (typeof languages)[number];

/** How amounts are written in each. */
export const amountLocales: Record<Language, AmountLocale> = { en: 'en-US', ja: 'ja-JP' };

/** What the reader chose with `?lang=`, else what the browser prefers, else English. */
export function languageOf(request: FastifyRequest): Language {
  const { lang } = request.query as { lang?: unknown };
  return (
    languages.find((language) => language === lang) ?? preferredLanguage(request.headers['accept-language'])
  );
}

/** The best of our languages for an `Accept-Language` header (RFC 9110 section 12.5.4). */
export function preferredLanguage(header: string | undefined): Language {
  const ranges = (header ?? '').split(',', 20).map((range) => {
    const [tag = '', ...parameters] = range.trim().toLowerCase().split(';');
    const quality = parameters
      .map((parameter) => /^\s*q=([01](?:\.\d{0,3})?)$/.exec(parameter)?.[1])
      .find(Boolean);
    return { primary: tag.split('-', 1)[0], quality: quality === undefined ? 1 : Number(quality) };
  });
  const [best] = ranges
    .filter(({ primary, quality }) => quality > 0 && languages.some((language) => language === primary))
    .sort((left, right) => right.quality - left.quality);
  return languages.find((language) => language === best?.primary) ?? 'en';
}

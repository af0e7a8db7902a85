// SQLite's keywords: which of them a bare name may not be (sqlite.org/lang_keywords.html and parse.y's fallback list).

const words = (text: string): Set<string> => new Set(text.split(' '))

// Those that the grammar falls back to names for.
const FALLBACK = words(
  'abort action after always analyze asc attach before begin by cascade cast column conflict current database deferred ' +
    'desc detach do each end exclude exclusive explain fail first following for generated groups if ignore immediate ' +
    'initially instead key last like glob regexp match materialized no nulls of offset others over partition plan ' +
    'pragma preceding query raise range recursive reindex release rename replace restrict rollback row rows savepoint ' +
    'temp temporary ties trigger unbounded vacuum view virtual window with within without cross full inner left natural outer ' +
    'right current_date current_time current_timestamp filter true false',
)

const RESERVED = words(
  'add all alter and as autoincrement between case check collate commit constraint create default deferrable delete ' +
    'distinct drop else escape except exists foreign from group having in index indexed insert intersect into is isnull ' +
    'join limit not nothing notnull null on or order primary references returning select set table then to transaction ' +
    'union unique update using values when where',
)

/** Whether the word is a keyword of any kind (lower case given). */
export const isKeyword = (word: string): boolean => RESERVED.has(word) || FALLBACK.has(word)

/** Whether the word can never be a bare name (lower case given). */
export const isReserved = (word: string): boolean => RESERVED.has(word)

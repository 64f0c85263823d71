/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/http_date.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct civil {
	int year, month, day; /* month and day from 1 */
	int hour, minute, second;
};

/*
 * `form` is matched character by character: '#' a digit, '_' a digit or blank, '@' a letter,
 * anything else itself. The three forms have fixed lengths behind the name of the day, so that
 * numbers are read by position.
 */
static bool matches(const char *text, const char *form)
{
	for (; *form; text++, form++) {
		bool digit = *text >= '0' && *text <= '9';
		bool letter = (*text >= 'A' && *text <= 'Z') || (*text >= 'a' && *text <= 'z');

		if (*form == '#'       ? !digit
			: *form == '_' ? !digit && *text != ' '
			: *form == '@' ? !letter
				       : *text != *form)
			return false;
	}
	return !*text;
}

static int number(const char *text, size_t digits)
{
	int value = 0;

	for (size_t i = 0; i < digits; i++)
		value = 10 * value + (text[i] == ' ' ? 0 : text[i] - '0');
	return value;
}

static int month(const char *name)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12; i++) {
		if (!memcmp(months + 3 * i, name, 3))
			return i + 1;
	}
	return 0;
}

static struct civil with_time(struct civil civil, const char *text)
{
	civil.hour = number(text, 2);
	civil.minute = number(text + 3, 2);
	civil.second = number(text + 6, 2);
	return civil;
}

/* Days from 1970-01-01 in the Gregorian calendar, counting years from March so that the leap day is
 * last. */
static int64_t days(int year, int mon, int day)
{
	int64_t y = mon > 2 ? year : year - 1;
	int64_t era = y / 400, of_era = y % 400;
	int64_t of_year = (153 * (mon > 2 ? mon - 3 : mon + 9) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool is_valid(const struct civil *civil)
{
	static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year = civil->year;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	if (civil->month < 1 || civil->day < 1 || civil->day > lengths[civil->month - 1])
		return false;
	if (civil->month == 2 && civil->day == 29 && !leap)
		return false;
	/* 60: a leap second */
	return year >= 1601 && civil->hour < 24 && civil->minute < 60 && civil->second <= 60;
}

static int64_t seconds_of(const struct civil *civil)
{
	return ((days(civil->year, civil->month, civil->day) * 24 + civil->hour) * 60 +
		       civil->minute) *
		       60 +
	       civil->second;
}

/* Sunday, 06-Nov-94 08:49:37 GMT */
static bool parse_rfc850(const char *text, int64_t now, struct civil *civil)
{
	const int64_t fifty_years = INT64_C(50) * 31556952;
	size_t name = strspn(text, "ADEFGHIJLMNOPRSTUVWabcdefghijklmnopqrstuvwy");

	if (name < 6 || name > 9 || !matches(text + name, ", ##-@@@-## ##:##:## GMT"))
		return false;
	text += name + 2;
	*civil = (struct civil){number(text + 7, 2), month(text + 3), number(text, 2), 0, 0, 0};
	*civil = with_time(*civil, text + 10);
	/* The latest year with these digits that is not more than 50 years ahead. */
	for (civil->year += 9900; civil->year > 1700; civil->year -= 100) {
		if (seconds_of(civil) <= now + fifty_years)
			break;
	}
	return true;
}

int http_date_parse(const char *text, int64_t now, int64_t *seconds)
{
	struct civil civil;

	if (matches(text, "@@@, ## @@@ #### ##:##:## GMT")) {
		civil = (struct civil){
			number(text + 12, 4), month(text + 8), number(text + 5, 2), 0, 0, 0};
		civil = with_time(civil, text + 17);
	} else if (matches(text, "@@@ @@@ _# ##:##:## ####")) {
		civil = (struct civil){
			number(text + 20, 4), month(text + 4), number(text + 8, 2), 0, 0, 0};
		civil = with_time(civil, text + 11);
	} else if (!parse_rfc850(text, now, &civil)) {
		return -EINVAL;
	}
	if (!is_valid(&civil))
		return -EINVAL;
	*seconds = seconds_of(&civil);
	return 0;
}

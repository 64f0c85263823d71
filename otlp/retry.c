/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/retry.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "otlp/http_date.h"

static uint64_t seconds_to_ns(uint64_t seconds)
{
	return seconds > UINT64_MAX / NSEC_PER_SEC ? UINT64_MAX : seconds * NSEC_PER_SEC;
}

int retry_after_parse(const char *text, uint64_t now, uint64_t *wait_ns)
{
	const int64_t now_seconds = (int64_t)(now / NSEC_PER_SEC);
	char copy[64], *value;
	uint64_t seconds;
	int64_t at;
	int ret;

	if (strlen(text) >= sizeof(copy))
		return -EINVAL;
	memcpy(copy, text, strlen(text) + 1);
	value = str_trim(copy);
	if (*value && strspn(value, "0123456789") == strlen(value)) {
		ret = str_to_u64(value, &seconds);
		if (ret == -ERANGE)
			seconds = UINT64_MAX;
		else if (ret)
			return -EINVAL;
		*wait_ns = seconds_to_ns(seconds);
		return 0;
	}
	if (http_date_parse(value, now_seconds, &at))
		return -EINVAL;
	*wait_ns = at > now_seconds ? seconds_to_ns((uint64_t)(at - now_seconds)) : 0;
	return 0;
}

/* Status codes of the IANA registry, so that error.type has few values whatever the receiver sends.
 */
static const char *status_type(int status)
{
	static const char known[][4] = {"300", "301", "302", "303", "304", "305", "307", "308",
		"400", "401", "402", "403", "404", "405", "406", "407", "408", "409", "410", "411",
		"412", "413", "414", "415", "416", "417", "421", "422", "423", "424", "425", "426",
		"428", "429", "431", "451", "500", "501", "502", "503", "504", "505", "506", "507",
		"508", "511"};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (status ==
			100 * (known[i][0] - '0') + 10 * (known[i][1] - '0') + (known[i][2] - '0'))
			return known[i];
	}
	return "http_status";
}

static struct verdict classify_status(int status, const char *retry_after, uint64_t now)
{
	struct verdict verdict = {.action = VERDICT_REFUSED, .error_type = status_type(status)};

	if (status >= 200 && status <= 299)
		return (struct verdict){.action = VERDICT_DELIVERED};
	verdict.unknown = status == 502 || status == 504;
	verdict.final = status == 400 || status == 413 || status == 415 || status == 422;
	if (status == 429 || status == 502 || status == 503 || status == 504) {
		verdict.action = VERDICT_RETRY;
		verdict.throttled = retry_after &&
				    !retry_after_parse(retry_after, now, &verdict.wait_ns);
	}
	return verdict;
}

struct verdict classify(
	int status, enum http_failure failure, const char *retry_after, uint64_t now)
{
	struct verdict verdict;
	static const struct verdict verdicts[] = {
		[HTTP_FAILURE_RESOLVE] = {.action = VERDICT_RETRY, .error_type = "resolve"},
		[HTTP_FAILURE_CONNECT] = {.action = VERDICT_RETRY, .error_type = "connect"},
		[HTTP_FAILURE_TIMEOUT] = {.action = VERDICT_RETRY, .error_type = "timeout"},
		[HTTP_FAILURE_CUT] = {.action = VERDICT_RETRY, .error_type = "cut"},
		[HTTP_FAILURE_TLS] = {.action = VERDICT_REFUSED, .error_type = "tls"},
		[HTTP_FAILURE_GARBAGE] = {.action = VERDICT_REFUSED, .error_type = "garbage"},
		[HTTP_FAILURE_TOO_LARGE] = {.action = VERDICT_REFUSED, .error_type = "too_large"},
		[HTTP_FAILURE_OTHER] = {.action = VERDICT_REFUSED, .error_type = "other"},
	};

	if (failure == HTTP_FAILURE_NONE)
		return classify_status(status, retry_after, now);
	/* The status of an answer without the end of its body says all, unless it is a success,
	 * whose body may have said something else. */
	if ((failure == HTTP_FAILURE_CUT || failure == HTTP_FAILURE_TIMEOUT) && status >= 300)
		return classify_status(status, retry_after, now);
	verdict = verdicts[failure];
	/* 1xx and 2xx promise nothing without the rest of the answer. */
	verdict.unknown = status < 300 || status == 502 || status == 504;
	return verdict;
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void backoff_reset(struct backoff *backoff)
{
	backoff->next = 0;
}

uint64_t backoff_next(struct backoff *backoff)
{
	uint64_t base = backoff->next ? backoff->next : backoff->initial;
	uint64_t jitter;

	if (base > BACKOFF_MAX_NS)
		base = BACKOFF_MAX_NS;
	backoff->next = base + base / 2;
	jitter = random_next(&backoff->random) % (base * 2 / 5 + 1);
	return base - base / 5 + jitter;
}

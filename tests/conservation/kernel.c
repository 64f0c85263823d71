/* SPDX-License-Identifier: Apache-2.0 */
#include "conservation/kernel.h"

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t kernel_random(struct kernel *kernel, uint64_t n)
{
	uint64_t z = kernel->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % n;
}

bool kernel_one_in(struct kernel *kernel, uint64_t n)
{
	return kernel_random(kernel, n) == 0;
}

void amount_add(struct amount *sum, const struct amount *amount)
{
	for (int i = 0; i < BUCKETS; i++)
		sum->buckets[i] += amount->buckets[i];
	sum->sum += amount->sum;
}

void kernel_free(struct kernel *kernel)
{
	if (kernel)
		kernel->calls->free(kernel);
}

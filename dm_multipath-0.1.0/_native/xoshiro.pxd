# The random numbers of a simulation: xoshiro256**, its state drawn from a seed by splitmix64.
#
# Published by David Blackman and Sebastiano Vigna ("Scrambled linear pseudorandom number generators", 2018), into the
# public domain; written here from the definition. One seed gives any number of streams that do not overlap: each lies
# 2**128 numbers after the one before.

from libc.stdint cimport uint64_t

cdef struct Xoshiro:
    uint64_t s0
    uint64_t s1
    uint64_t s2
    uint64_t s3


cdef inline uint64_t rotated(uint64_t x, int places) noexcept nogil:
    return (x << places) | (x >> (64 - places))


cdef inline uint64_t random_bits(Xoshiro* state) noexcept nogil:
    cdef uint64_t result = rotated(state.s1 * 5, 7) * 9
    cdef uint64_t shifted = state.s1 << 17
    state.s2 ^= state.s0
    state.s3 ^= state.s1
    state.s1 ^= state.s2
    state.s0 ^= state.s3
    state.s2 ^= shifted
    state.s3 = rotated(state.s3, 45)
    return result


cdef inline double random_fraction(Xoshiro* state) noexcept nogil:
    # Above 0, at most 1: its logarithm is always there.
    return <double>((random_bits(state) >> 11) + 1) * (1.0 / 9007199254740992.0)


cdef inline uint64_t splitmix(uint64_t* state) noexcept nogil:
    cdef uint64_t z
    state[0] += <uint64_t>0x9E3779B97F4A7C15
    z = state[0]
    z = (z ^ (z >> 30)) * <uint64_t>0xBF58476D1CE4E5B9
    z = (z ^ (z >> 27)) * <uint64_t>0x94D049BB133111EB
    return z ^ (z >> 31)


cdef inline Xoshiro seeded(uint64_t seed) noexcept nogil:
    cdef Xoshiro state
    state.s0 = splitmix(&seed)
    state.s1 = splitmix(&seed)
    state.s2 = splitmix(&seed)
    state.s3 = splitmix(&seed)
    return state


cdef inline Xoshiro split(Xoshiro* state) noexcept nogil:
    # Return the stream that begins here, and move `state` on to the next one.
    cdef Xoshiro stream = state[0]
    cdef Xoshiro next
    cdef uint64_t[4] jump
    cdef int word, bit
    jump[0] = <uint64_t>0x180EC6D33CFD0ABA
    jump[1] = <uint64_t>0xD5A61266F0C9392C
    jump[2] = <uint64_t>0xA9582618E03FC9AA
    jump[3] = <uint64_t>0x39ABDC4529B1661C
    next.s0 = next.s1 = next.s2 = next.s3 = 0
    for word in range(4):
        for bit in range(64):
            if jump[word] >> bit & 1:
                next.s0 ^= state.s0
                next.s1 ^= state.s1
                next.s2 ^= state.s2
                next.s3 ^= state.s3
            random_bits(state)
    state[0] = next
    return stream

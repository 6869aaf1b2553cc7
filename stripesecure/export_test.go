package stripesecure

// RaceEvery is 1, and under the race detector the part of long tests that runs:
// every 20th case.
const RaceEvery = int(simPart)

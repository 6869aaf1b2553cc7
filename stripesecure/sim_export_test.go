package stripesecure

// SimPart tells the outer tests what part of the usual amount a build runs.
const SimPart = simPart

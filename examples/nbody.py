"""Simulate the Sun and its four giant planets with a symplectic integrator; report energy and orbits.

usage: nbody.py [STEPS]
"""
import math
import sys
from dataclasses import dataclass, field

SOLAR_MASS = 4 * math.pi**2
DAYS_PER_YEAR = 365.24


@dataclass(slots=True)
class Vector:
    x: float = 0.0
    y: float = 0.0
    z: float = 0.0

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y, self.z - other.z)

    def __mul__(self, factor):
        return Vector(self.x * factor, self.y * factor, self.z * factor)

    __rmul__ = __mul__

    def __abs__(self):
        return math.sqrt(self @ self)

    def __matmul__(self, other):
        return self.x * other.x + self.y * other.y + self.z * other.z

    def __format__(self, spec):
        return f"({self.x:{spec}}, {self.y:{spec}}, {self.z:{spec}})"


@dataclass
class Body:
    name: str
    mass: float
    position: Vector = field(default_factory=Vector)
    velocity: Vector = field(default_factory=Vector)

    @property
    def kinetic_energy(self):
        return self.mass * (self.velocity @ self.velocity) / 2


def planet(name, mass, position, velocity):
    return Body(name, mass * SOLAR_MASS, Vector(*position), Vector(*velocity) * DAYS_PER_YEAR)


def solar_system():
    return [
        Body("Sun", SOLAR_MASS),
        planet("Jupiter", 9.54791938424326609e-04,
               (4.84143144246472090e00, -1.16032004402742839e00, -1.03622044471123109e-01),
               (1.66007664274403694e-03, 7.69901118419740425e-03, -6.90460016972063023e-05)),
        planet("Saturn", 2.85885980666130812e-04,
               (8.34336671824457987e00, 4.12479856412430479e00, -4.03523417114321381e-01),
               (-2.76742510726411871e-03, 4.99852801234917238e-03, 2.30417297573763929e-05)),
        planet("Uranus", 4.36624404335156298e-05,
               (1.28943695621391310e01, -1.51111514016986312e01, -2.23307578892655734e-01),
               (2.96460137564761618e-03, 2.37847173959480950e-03, -2.96589568540237556e-05)),
        planet("Neptune", 5.15138902046611451e-05,
               (1.53796971148509165e01, -2.59193146099879641e01, 1.79258772950371181e-01),
               (2.68067772490389322e-03, 1.62824170038242295e-03, -9.51592254519715870e-05)),
    ]


class Simulation:
    def __init__(self, bodies, step=0.01):
        self.bodies = bodies
        self.step = step
        self.time = 0.0
        # The centre of mass must not drift away.
        momentum = sum((body.velocity * body.mass for body in bodies), Vector())
        bodies[0].velocity = momentum * (-1 / bodies[0].mass)

    def pairs(self):
        for i, one in enumerate(self.bodies):
            for other in self.bodies[i + 1:]:
                yield one, other

    def energy(self):
        kinetic = sum(body.kinetic_energy for body in self.bodies)
        return kinetic - sum(a.mass * b.mass / abs(a.position - b.position) for a, b in self.pairs())

    def advance(self, steps=1):
        for _ in range(steps):
            for a, b in self.pairs():
                gap = a.position - b.position
                pull = self.step / abs(gap) ** 3
                a.velocity = a.velocity - gap * (b.mass * pull)
                b.velocity = b.velocity + gap * (a.mass * pull)
            for body in self.bodies:
                body.position = body.position + body.velocity * self.step
            self.time += self.step


def main():
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    simulation = Simulation(solar_system())
    start = simulation.energy()
    print(f"year {simulation.time:6.2f}  energy {start:.9f}")
    for _ in range(5):
        simulation.advance(steps // 5)
        print(f"year {simulation.time:6.2f}  energy {simulation.energy():.9f}")
    print(f"relative drift of the energy: {abs(simulation.energy() / start - 1):.1e}")
    sun = simulation.bodies[0]
    for body in simulation.bodies[1:]:
        distance = abs(body.position - sun.position)
        print(f"{body.name:8} at {body.position:+.3f}, {distance:6.3f} AU from the Sun, {abs(body.velocity):.4f} AU/year")


if __name__ == "__main__":
    main()

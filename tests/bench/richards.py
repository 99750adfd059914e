"""Richards: the kernel of a small operating system, simulated.

Martin Richards' benchmark. Six tasks (an idle task, a worker, two handlers, two
devices) exchange packets under a priority scheduler. The numbers of packets
queued and of tasks held at the end are known: 23246 and 9297 for a count of
10000.
"""
from harness import main

IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = range(6)
NUM_TASKS = 6
BUFSIZE = 4

KIND_DEVICE = 0
KIND_WORK = 1


class Packet(object):
    def __init__(self, link, destination, kind):
        self.link = link
        self.destination = destination
        self.kind = kind
        self.datum = 0
        self.data = [0] * BUFSIZE

    def append_to(self, queue):
        """Puts self last in the linked list `queue`; gives the list back."""
        self.link = None
        if queue is None:
            return self
        last = queue
        while last.link is not None:
            last = last.link
        last.link = self
        return queue


class Task(object):
    """A task control block: state bits, input queue, and what it does."""

    def __init__(self, system, ident, priority, queue):
        self.system = system
        self.ident = ident
        self.priority = priority
        self.input = queue
        self.packet_pending = queue is not None
        self.waiting = True
        self.holding = False
        self.link = system.task_list
        system.task_list = self
        system.table[ident] = self

    def set_running(self):
        self.packet_pending = False
        self.waiting = False
        self.holding = False
        return self

    def is_held_or_waiting(self):
        return self.holding or (self.waiting and not self.packet_pending)

    def add_packet(self, packet, old_task):
        """Another task sends a packet; says who should run next."""
        if self.input is None:
            self.input = packet
            self.packet_pending = True
            if self.priority > old_task.priority:
                return self
        else:
            packet.append_to(self.input)
        return old_task

    def run_once(self):
        """Runs with a packet, if one is there; gives the next task back."""
        if self.waiting and self.packet_pending and not self.holding:
            packet = self.input
            self.input = packet.link
            self.waiting = False
            self.packet_pending = self.input is not None
        else:
            packet = None
        return self.step(packet)

    def step(self, packet):
        raise NotImplementedError

    # -- what a task may ask of the kernel

    def wait(self):
        self.waiting = True
        return self

    def hold(self):
        self.system.hold_count += 1
        self.holding = True
        return self.link

    def release(self, ident):
        task = self.system.find(ident)
        task.holding = False
        if task.priority > self.priority:
            return task
        return self

    def send(self, packet):
        task = self.system.find(packet.destination)
        self.system.queue_count += 1
        packet.link = None
        packet.destination = self.ident
        return task.add_packet(packet, self)


class IdleTask(Task):
    def __init__(self, system, ident, priority, count):
        Task.__init__(self, system, ident, priority, None)
        self.control = 1
        self.count = count

    def step(self, packet):
        self.count -= 1
        if self.count == 0:
            return self.hold()
        if self.control & 1 == 0:
            self.control //= 2
            return self.release(DEVICE_A)
        self.control = (self.control // 2) ^ 0xD008
        return self.release(DEVICE_B)


class WorkerTask(Task):
    def __init__(self, system, ident, priority, queue):
        Task.__init__(self, system, ident, priority, queue)
        self.target = HANDLER_A
        self.letter = 0

    def step(self, packet):
        if packet is None:
            return self.wait()
        if self.target == HANDLER_A:
            self.target = HANDLER_B
        else:
            self.target = HANDLER_A
        packet.destination = self.target
        packet.datum = 0
        for i in range(BUFSIZE):
            self.letter += 1
            if self.letter > 26:
                self.letter = 1
            packet.data[i] = 64 + self.letter
        return self.send(packet)


class HandlerTask(Task):
    def __init__(self, system, ident, priority, queue):
        Task.__init__(self, system, ident, priority, queue)
        self.work = None
        self.devices = None

    def step(self, packet):
        if packet is not None:
            if packet.kind == KIND_WORK:
                self.work = packet.append_to(self.work)
            else:
                self.devices = packet.append_to(self.devices)
        work = self.work
        if work is None:
            return self.wait()
        count = work.datum
        if count >= BUFSIZE:
            self.work = work.link
            return self.send(work)
        device = self.devices
        if device is None:
            return self.wait()
        self.devices = device.link
        device.datum = work.data[count]
        work.datum = count + 1
        return self.send(device)


class DeviceTask(Task):
    def __init__(self, system, ident, priority, queue):
        Task.__init__(self, system, ident, priority, queue)
        self.pending = None

    def step(self, packet):
        if packet is None:
            packet = self.pending
            if packet is None:
                return self.wait()
            self.pending = None
            return self.send(packet)
        self.pending = packet
        return self.hold()


class System(object):
    def __init__(self):
        self.task_list = None
        self.table = [None] * NUM_TASKS
        self.hold_count = 0
        self.queue_count = 0

    def find(self, ident):
        task = self.table[ident]
        if task is None:
            raise ValueError('no task %d' % ident)
        return task

    def schedule(self):
        task = self.task_list
        while task is not None:
            if task.is_held_or_waiting():
                task = task.link
            else:
                task = task.run_once()


def packets(ident, kind, count):
    queue = None
    for _ in range(count):
        queue = Packet(queue, ident, kind)
    return queue


def simulate(count):
    system = System()
    IdleTask(system, IDLE, 0, count).set_running()
    WorkerTask(system, WORKER, 1000, packets(WORKER, KIND_WORK, 2))
    HandlerTask(system, HANDLER_A, 2000, packets(DEVICE_A, KIND_DEVICE, 3))
    HandlerTask(system, HANDLER_B, 3000, packets(DEVICE_B, KIND_DEVICE, 3))
    DeviceTask(system, DEVICE_A, 4000, None)
    DeviceTask(system, DEVICE_B, 5000, None)
    system.schedule()
    return system.queue_count, system.hold_count


def run():
    return 'queued %d, held %d' % simulate(10000)


if __name__ == '__main__':
    main(run, 6)

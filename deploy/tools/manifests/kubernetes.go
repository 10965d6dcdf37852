package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/yaml"
	strict "sigs.k8s.io/yaml"
)

// kinds are those that the manifests may use.
var kinds = map[schema.GroupVersionKind]func() runtime.Object{
	core.SchemeGroupVersion.WithKind("ConfigMap"):             func() runtime.Object { return &core.ConfigMap{} },
	core.SchemeGroupVersion.WithKind("Service"):               func() runtime.Object { return &core.Service{} },
	apps.SchemeGroupVersion.WithKind("Deployment"):            func() runtime.Object { return &apps.Deployment{} },
	policy.SchemeGroupVersion.WithKind("PodDisruptionBudget"): func() runtime.Object { return &policy.PodDisruptionBudget{} },
	networking.SchemeGroupVersion.WithKind("NetworkPolicy"):   func() runtime.Object { return &networking.NetworkPolicy{} },
}

// kubernetes reads every object strictly, and looks whether they fit together.
func kubernetes(path string) (faults []string) {
	text, err := os.ReadFile(path) // #nosec G304 -- named on the command line
	if err != nil {
		return []string{err.Error()}
	}
	var objects []runtime.Object
	documents := yaml.NewDocumentDecoder(io.NopCloser(bytes.NewReader(text)))
	buffer := make([]byte, len(text)+1)
	for {
		n, err := documents.Read(buffer)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return []string{err.Error()}
		}
		var head meta.TypeMeta
		if err := strict.Unmarshal(buffer[:n], &head); err != nil {
			return []string{err.Error()}
		}
		make, known := kinds[head.GroupVersionKind()]
		if !known {
			faults = append(faults, fmt.Sprintf("%s %s is not checked: add it to the kinds of deploy/tools/manifests", head.APIVersion, head.Kind))
			continue
		}
		object := make()
		if err := strict.UnmarshalStrict(buffer[:n], object); err != nil {
			faults = append(faults, fmt.Sprintf("%s: %v", head.Kind, err))
			continue
		}
		objects = append(objects, object)
	}
	var deployments []*apps.Deployment
	for _, object := range objects {
		if deployment, ok := object.(*apps.Deployment); ok {
			deployments = append(deployments, deployment)
		}
	}
	if len(deployments) == 0 {
		faults = append(faults, "there is no Deployment")
	}
	for _, deployment := range deployments {
		faults = append(faults, workload(deployment, objects)...)
	}
	return faults
}

// workload looks at one Deployment and at what selects its pods.
func workload(deployment *apps.Deployment, objects []runtime.Object) (faults []string) {
	fault := func(format string, values ...any) { faults = append(faults, fmt.Sprintf(format, values...)) }
	pod := deployment.Spec.Template
	selects := func(what string, selector *meta.LabelSelector) {
		if converted, err := meta.LabelSelectorAsSelector(selector); err != nil || !converted.Matches(labels.Set(pod.Labels)) || converted.Empty() {
			fault("%s does not select the pods of %s", what, deployment.Name)
		}
	}
	selects("the Deployment", deployment.Spec.Selector)
	ports, volumes := map[string]bool{}, map[string]bool{}
	for _, volume := range pod.Spec.Volumes {
		volumes[volume.Name] = true
	}
	if security := pod.Spec.SecurityContext; security == nil || security.RunAsNonRoot == nil || !*security.RunAsNonRoot {
		fault("the pods may run as root")
	}
	for _, container := range pod.Spec.Containers {
		for _, port := range container.Ports {
			ports[port.Name] = true
		}
		if container.LivenessProbe == nil || container.ReadinessProbe == nil || container.StartupProbe == nil {
			fault("%s lacks a probe", container.Name)
		}
		for _, probe := range []*core.Probe{container.LivenessProbe, container.ReadinessProbe, container.StartupProbe} {
			if probe != nil && probe.HTTPGet != nil && !ports[probe.HTTPGet.Port.String()] {
				fault("%s: a probe asks the port %s, which there is not", container.Name, probe.HTTPGet.Port.String())
			}
		}
		if container.Resources.Requests.Memory().IsZero() || container.Resources.Requests.Cpu().IsZero() || container.Resources.Limits.Memory().IsZero() {
			fault("%s asks for no processor and memory, or has no limit of memory", container.Name)
		}
		if security := container.SecurityContext; security == nil || security.ReadOnlyRootFilesystem == nil || !*security.ReadOnlyRootFilesystem ||
			security.AllowPrivilegeEscalation == nil || *security.AllowPrivilegeEscalation {
			fault("%s may write to its image or gain rights", container.Name)
		}
		for _, mount := range container.VolumeMounts {
			if !volumes[mount.Name] {
				fault("%s mounts %s, which is no volume", container.Name, mount.Name)
			}
		}
		for _, source := range container.EnvFrom {
			if source.ConfigMapRef != nil && !slices.ContainsFunc(objects, func(object runtime.Object) bool {
				config, ok := object.(*core.ConfigMap)
				return ok && config.Name == source.ConfigMapRef.Name
			}) {
				fault("%s reads the ConfigMap %s, which there is not", container.Name, source.ConfigMapRef.Name)
			}
		}
	}
	for _, object := range objects {
		switch one := object.(type) {
		case *core.Service:
			selects("the Service", &meta.LabelSelector{MatchLabels: one.Spec.Selector})
			for _, port := range one.Spec.Ports {
				if !ports[port.TargetPort.String()] {
					fault("the Service leads to the port %s, one of %v is there", port.TargetPort.String(), slices.Collect(maps.Keys(ports)))
				}
			}
		case *policy.PodDisruptionBudget:
			selects("the PodDisruptionBudget", one.Spec.Selector)
			if least := one.Spec.MinAvailable; least != nil && deployment.Spec.Replicas != nil && least.IntValue() >= int(*deployment.Spec.Replicas) {
				fault("the PodDisruptionBudget lets no pod go: a node could never be emptied")
			}
		case *networking.NetworkPolicy:
			selects("the NetworkPolicy", &one.Spec.PodSelector)
		}
	}
	return faults
}
